package io.github.oauth2state.support;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

/**
 * Describes a failure without the messages of exceptions, which may quote what a provider
 * or a browser sent. The description can be logged.
 */
public final class FailureReason {

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

	private FailureReason() {
	}

	/**
	 * Describes an exception.
	 * @param failure what was thrown
	 * @return the OAuth 2.0 error code, if there is one, and the types of exceptions
	 * below
	 */
	public static String of(Throwable failure) {
		String code = null;
		Set<String> types = new LinkedHashSet<>();
		Throwable current = failure;
		for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
			String own = errorCode(current);
			if (own == null) {
				types.add(type(current));
			}
			else if (code == null) {
				code = ofCode(own);
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
	public static String ofCode(@Nullable String code) {
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
