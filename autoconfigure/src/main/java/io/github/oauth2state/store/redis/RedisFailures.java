package io.github.oauth2state.store.redis;

import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Classifies the failure of a command. When in doubt, the command may have taken effect.
 */
final class RedisFailures {

	private static final boolean LETTUCE = ClassUtils.isPresent("io.lettuce.core.RedisException",
			RedisFailures.class.getClassLoader());

	/**
	 * The beginnings of errors that concern the server rather than the command: it loads
	 * its data, is not a master, has lost its cluster or replicas, is full, or cannot
	 * write.
	 */
	private static final List<String> UNABLE = List.of("LOADING ", "READONLY ", "MASTERDOWN ", "CLUSTERDOWN ",
			"NOREPLICAS ", "OOM ", "MISCONF ");

	/**
	 * Of a command, and of one in a script: up to Redis 6.2, and since.
	 */
	private static final List<String> NOT_PERMITTED = List.of("NOPERM", "can't run this command", "ACL failure");

	/**
	 * What a user must be allowed, as in docs/configuration.md.
	 */
	static final String PERMISSIONS = "+set +get +getrange +getdel +eval +del +ping +time +hget +hset +hdel +hgetall "
			+ "+hrandfield +pttl +pexpire";

	private RedisFailures() {
	}

	static StateStoreException beforeSending(String operation, Throwable failure) {
		return new StateStoreException(Reason.CONNECTION, "Redis cannot be reached for " + operation, failure);
	}

	static StateStoreException afterSending(String operation, Throwable failure) {
		Reason reason = causes(failure).map(RedisFailures::reason)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(Reason.AMBIGUOUS);
		if (isUnknownCommand(failure)) {
			// Redis quotes the key in its answer, which must not get into a log
			return new StateStoreException(reason,
					"Redis does not know the command for " + operation + ": version 6.2 or newer is needed", null);
		}
		return new StateStoreException(reason, message(operation, reason) + advice(failure), failure);
	}

	/**
	 * Names the permissions that releases have added.
	 */
	private static String advice(Throwable failure) {
		return messages(failure).anyMatch((text) -> NOT_PERMITTED.stream().anyMatch(text::contains))
				? ": grant its user " + PERMISSIONS : "";
	}

	/**
	 * Returns whether the server does not accept writes, for example because it became a
	 * replica.
	 * @param failure the failure of a command
	 * @return whether that was the cause
	 */
	static boolean isReadOnly(StateStoreException failure) {
		return messages(failure).anyMatch((text) -> text.contains("READONLY"));
	}

	private static @Nullable Reason reason(Throwable cause) {
		if (cause instanceof QueryTimeoutException || cause instanceof SocketTimeoutException) {
			return Reason.TIMEOUT;
		}
		if (cause instanceof InvalidDataAccessApiUsageException) {
			// An error from the server, through Jedis
			return answered(cause);
		}
		return LETTUCE ? Lettuce.reason(cause) : null;
	}

	/**
	 * Distinguishes a command that the server refuses from a server that refuses all
	 * commands for now.
	 */
	private static Reason answered(Throwable error) {
		boolean unable = messages(error).anyMatch((text) -> UNABLE.stream().anyMatch(text::contains));
		return unable ? Reason.CONNECTION : Reason.REJECTED;
	}

	private static String message(String operation, Reason reason) {
		return switch (reason) {
			case CONNECTION -> "Redis did not answer " + operation;
			case TIMEOUT -> "Redis did not answer " + operation + " in time";
			case AMBIGUOUS -> "The connection to Redis broke during " + operation;
			case REJECTED -> "Redis refused " + operation;
		};
	}

	private static boolean isUnknownCommand(Throwable failure) {
		return messages(failure).anyMatch((text) -> text.toLowerCase(Locale.ROOT).contains("unknown command"));
	}

	private static Stream<String> messages(Throwable failure) {
		return causes(failure).map(Throwable::getMessage).filter(Objects::nonNull);
	}

	private static Stream<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
	}

	/**
	 * Loaded only where Lettuce is on the class path.
	 */
	private static final class Lettuce {

		private static final List<String> UNSENT = List.of("Commands are rejected", "Connection is closed");

		static @Nullable Reason reason(Throwable cause) {
			if (cause instanceof RedisCommandTimeoutException) {
				return Reason.TIMEOUT;
			}
			if (cause instanceof RedisCommandExecutionException) {
				return answered(cause);
			}
			if (cause instanceof RedisConnectionException || isUnsent(cause)) {
				return Reason.CONNECTION;
			}
			return null;
		}

		private static boolean isUnsent(Throwable cause) {
			// Lettuce has no exception types for commands that it does not send
			return cause instanceof RedisException && cause.getMessage() != null
					&& UNSENT.stream().anyMatch(cause.getMessage()::contains);
		}

	}

}
