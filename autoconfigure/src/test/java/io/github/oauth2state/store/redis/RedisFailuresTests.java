package io.github.oauth2state.store.redis;

import java.net.SocketTimeoutException;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisFailures}.
 */
class RedisFailuresTests {

	@Test
	void everyFailureToConnectHadNoEffect() {
		assertThat(RedisFailures.beforeSending("take", new QueryTimeoutException("timeout")).getReason())
			.isEqualTo(Reason.CONNECTION);
	}

	@Test
	void lettuceTellsWhatBecameOfTheCommand() {
		assertThat(reason(new QueryTimeoutException("timeout"))).isEqualTo(Reason.TIMEOUT);
		assertThat(reason(system(new RedisCommandExecutionException("WRONGTYPE no")))).isEqualTo(Reason.REJECTED);
		assertThat(reason(new RedisConnectionFailureException("no", new RedisConnectionException("refused"))))
			.isEqualTo(Reason.CONNECTION);
		assertThat(reason(system(new RedisException("Currently not connected. Commands are rejected."))))
			.isEqualTo(Reason.CONNECTION);
		assertThat(reason(system(new RedisException("Connection disconnected")))).isEqualTo(Reason.AMBIGUOUS);
	}

	@Test
	void jedisTellsWhatBecameOfTheCommand() {
		assertThat(reason(new InvalidDataAccessApiUsageException("WRONGTYPE no"))).isEqualTo(Reason.REJECTED);
		assertThat(reason(new RedisConnectionFailureException("Read timed out",
				new IllegalStateException(new SocketTimeoutException()))))
			.isEqualTo(Reason.TIMEOUT);
		assertThat(reason(new RedisConnectionFailureException("Broken pipe"))).isEqualTo(Reason.AMBIGUOUS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "LOADING Redis is loading the dataset in memory", "READONLY You can't write",
			"MASTERDOWN Link with MASTER is down", "CLUSTERDOWN The cluster is down", "NOREPLICAS Not enough",
			"OOM command not allowed when used memory > 'maxmemory'.", "MISCONF Redis is configured to save" })
	void serverThatServesNobodyIsAsIfItWereNotThere(String error) {
		assertThat(reason(system(new RedisCommandExecutionException(error)))).isEqualTo(Reason.CONNECTION);
		assertThat(reason(new InvalidDataAccessApiUsageException(error))).isEqualTo(Reason.CONNECTION);
	}

	@Test
	void unknownFailureMayHaveTakenEffect() {
		assertThat(reason(new IllegalStateException())).isEqualTo(Reason.AMBIGUOUS);
	}

	@Test
	void oldServerIsToldAndTheKeyThatItQuotesIsNot() {
		StateStoreException failure = RedisFailures.afterSending("take", system(new RedisCommandExecutionException(
				"ERR unknown command `GETDEL`, with args beginning with: `oauth2-state:secret`, ")));
		assertThat(failure.getReason()).isEqualTo(Reason.REJECTED);
		assertThat(failure).hasMessageContaining("6.2 or newer");
		assertThat(Throwables.getStackTrace(failure)).doesNotContain("secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "NOPERM this user has no permissions to run the 'getdel' command",
			"ERR Error running script: The user executing the script can't run this command or subcommand",
			"ERR ACL failure in script: User app has no permissions to run the 'time' command script: 4d58, on @user_script:1." })
	void missingPermissionIsToldByEveryServer(String error) {
		assertThat(RedisFailures.afterSending("add", system(new RedisCommandExecutionException(error))))
			.hasMessageEndingWith(": grant its user " + RedisFailures.PERMISSIONS);
	}

	private static Reason reason(RuntimeException failure) {
		return RedisFailures.afterSending("take", failure).getReason();
	}

	private static RedisSystemException system(RuntimeException cause) {
		return new RedisSystemException("Redis exception", cause);
	}

}
