package io.github.oauth2state.support;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

/**
 * A log that hostile requests cannot flood, and that never shows the messages of
 * exceptions.
 * <p>
 * It writes at most 50 lines in 10 seconds, and then how many it left out. Otherwise
 * somebody who can cause a log line at will could fill a disk. The lines describe
 * failures by {@link #describe}, as a message may quote what a provider or a browser
 * sent. Thread-safe.
 */
public final class SafeLog {

	static final int LINES = 50;

	static final Duration PERIOD = Duration.ofSeconds(10);

	/**
	 * What the error codes of Spring Security and of RFC 6749 look like. A provider may
	 * send any text as the code of a token response.
	 */
	private static final Pattern CODE = Pattern.compile("[a-z_]{1,64}");

	private static final String OTHER = "other";

	/**
	 * Causes may go in a circle.
	 */
	private static final int MAX_DEPTH = 10;

	private final Log logger;

	private final LongSupplier nanoTime;

	private long periodStart;

	private int lines;

	/**
	 * Creates a log.
	 * @param type the class that writes to it
	 */
	public SafeLog(Class<?> type) {
		this(type, System::nanoTime);
	}

	SafeLog(Class<?> type, LongSupplier nanoTime) {
		this.logger = LogFactory.getLog(type);
		this.nanoTime = nanoTime;
		this.periodStart = nanoTime.getAsLong();
	}

	/**
	 * Writes a line, or counts it.
	 * @param line writes the line
	 */
	public void write(Consumer<Log> line) {
		int leftOut = leftOutBefore();
		if (leftOut > 0) {
			this.logger.warn(leftOut + " more lines in " + PERIOD.toSeconds() + " seconds were left out");
		}
		if (leftOut >= 0) {
			line.accept(this.logger);
		}
	}

	/**
	 * Counts a line.
	 * @return how many lines were left out in the period before, or -1 if this line is to
	 * be left out too
	 */
	private synchronized int leftOutBefore() {
		int leftOut = 0;
		long now = this.nanoTime.getAsLong();
		if (now - this.periodStart >= PERIOD.toNanos()) {
			leftOut = Math.max(0, this.lines - LINES);
			this.periodStart = now;
			this.lines = 0;
		}
		return (++this.lines <= LINES) ? leftOut : -1;
	}

	/**
	 * Describes an exception without its message.
	 * @param failure what was thrown
	 * @return the OAuth 2.0 error code, if there is one, and the types of exceptions
	 * below
	 */
	public static String describe(Throwable failure) {
		String code = null;
		Set<String> types = new LinkedHashSet<>();
		Throwable current = failure;
		for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
			String own = errorCode(current);
			if (own == null) {
				types.add(type(current));
			}
			else if (code == null) {
				code = describeCode(own);
			}
			current = current.getCause();
		}
		String all = String.join(", ", types);
		if (code == null) {
			return all;
		}
		return types.isEmpty() ? code : code + " (" + all + ")";
	}

	/**
	 * Describes an error code.
	 * @param code the code, possibly hostile
	 * @return the same code, or "other" if it does not look like one
	 */
	public static String describeCode(@Nullable String code) {
		return (code != null && CODE.matcher(code).matches()) ? code : OTHER;
	}

	private static @Nullable String errorCode(Throwable failure) {
		if (failure instanceof OAuth2AuthenticationException authentication) {
			return authentication.getError().getErrorCode();
		}
		if (failure instanceof OAuth2AuthorizationException authorization) {
			return authorization.getError().getErrorCode();
		}
		return null;
	}

	private static String type(Throwable failure) {
		String name = failure.getClass().getName();
		return name.substring(name.lastIndexOf('.') + 1);
	}

}
