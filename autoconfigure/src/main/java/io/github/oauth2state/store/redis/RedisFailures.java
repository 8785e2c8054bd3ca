package io.github.oauth2state.store.redis;

import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Tells what became of a command that failed. When in doubt, it may have taken effect.
 */
final class RedisFailures {

	private static final boolean LETTUCE = ClassUtils.isPresent("io.lettuce.core.RedisException",
			RedisFailures.class.getClassLoader());

	/**
	 * How errors begin that say nothing of the command but of the server: it loads its
	 * data, is no master, has lost its cluster or replicas, is full, or cannot write.
	 */
	private static final List<String> UNABLE = List.of("LOADING ", "READONLY ", "MASTERDOWN ", "CLUSTERDOWN ",
			"NOREPLICAS ", "OOM ", "MISCONF ");

	private RedisFailures() {
	}

	static StateStoreException beforeSending(String operation, RuntimeException failure) {
		return new StateStoreException(Reason.CONNECTION, "Redis cannot be reached for " + operation, failure);
	}

	static StateStoreException afterSending(String operation, RuntimeException failure) {
		Reason reason = causes(failure).map(RedisFailures::reason)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(Reason.AMBIGUOUS);
		if (isUnknownCommand(failure)) {
			// Redis quotes the key in its answer, which must not get into a log
			return new StateStoreException(reason,
					"Redis does not know the command for " + operation + ", it must be of version 6.2 or newer", null);
		}
		return new StateStoreException(reason, message(operation, reason), failure);
	}

	/**
	 * Tells whether the server does not accept writes, as one that has become a replica.
	 * @param failure what became of a command
	 * @return whether that was the cause
	 */
	static boolean isReadOnly(StateStoreException failure) {
		return causes(failure).map(Throwable::getMessage).anyMatch((text) -> text != null && text.contains("READONLY"));
	}

	private static @Nullable Reason reason(Throwable cause) {
		if (cause instanceof QueryTimeoutException || cause instanceof SocketTimeoutException) {
			return Reason.TIMEOUT;
		}
		if (cause instanceof InvalidDataAccessApiUsageException) {
			// What Jedis gets as an error from the server
			return answered(cause);
		}
		return LETTUCE ? Lettuce.reason(cause) : null;
	}

	/**
	 * Tells apart what the server refuses because of the command, and what it refuses to
	 * everyone for now.
	 */
	private static Reason answered(Throwable error) {
		boolean unable = causes(error).map(Throwable::getMessage)
			.filter(Objects::nonNull)
			.anyMatch((text) -> UNABLE.stream().anyMatch(text::contains));
		return unable ? Reason.CONNECTION : Reason.REJECTED;
	}

	private static String message(String operation, Reason reason) {
		return switch (reason) {
			case CONNECTION -> "Redis cannot be reached, or does not serve, for " + operation;
			case TIMEOUT -> "Redis did not answer in time to " + operation;
			case AMBIGUOUS -> "The connection to Redis broke during " + operation;
			case REJECTED -> "Redis refused " + operation;
		};
	}

	private static boolean isUnknownCommand(Throwable failure) {
		return causes(failure).map(Throwable::getMessage)
			.filter(Objects::nonNull)
			.anyMatch((text) -> text.toLowerCase(Locale.ROOT).contains("unknown command"));
	}

	private static Stream<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
	}

	/**
	 * Loaded only where Lettuce is there.
	 */
	private static final class Lettuce {

		private static final List<String> UNSENT = List.of("Commands are rejected", "Connection is closed");

		static @Nullable Reason reason(Throwable cause) {
			if (cause instanceof RedisCommandExecutionException) {
				return answered(cause);
			}
			if (cause instanceof RedisConnectionException || isUnsent(cause)) {
				return Reason.CONNECTION;
			}
			return null;
		}

		private static boolean isUnsent(Throwable cause) {
			// Lettuce has no types for commands that it does not send
			return cause instanceof RedisException && cause.getMessage() != null
					&& UNSENT.stream().anyMatch(cause.getMessage()::contains);
		}

	}

}
