package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What happens if the provider refuses a refresh, or fails.
 */
@ParameterizedClass
@EnumSource
class SingleFlightFailureTests {

	private final Stack stack;

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a;

	private final TestInstance b;

	@ParameterizedTest
	@ValueSource(strings = { "server_error", "invalid_token_response", "invalid_client", "invalid_grant" })
	void failureReachesWaitersAndIsNotRepeated(String code) {
		this.provider.failure = StrictProvider.error(code);
		for (TestInstance instance : List.of(this.a, this.b, this.a)) {
			assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo(code))
				.satisfies((ex) -> assertThat(ex.getError().getDescription()).isEqualTo("The provider says no"));
		}
		assertThat(this.provider.calls).hasValue(1);
		TokenRefreshOutcome expected = code.equals("invalid_grant") ? TokenRefreshOutcome.REJECTED
				: TokenRefreshOutcome.FAILED;
		assertThat(this.b.takeOutcomes()).containsExactly(expected);
	}

	SingleFlightFailureTests(Stack stack) {
		this.stack = stack;
		this.a = stack.instance(this.store, this.provider);
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void passingFailureIsForgottenSoon() throws Exception {
		this.provider.failure = StrictProvider.error("server_error");
		RefreshProperties settings = TestInstance.properties(Duration.ofSeconds(2), Duration.ofSeconds(5),
				Duration.ZERO);
		TestInstance instance = this.stack.instance(this.store, this.provider, settings, null);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
		this.provider.failure = null;
		assertThat(Responses.refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void exceptionOfTheAppsClientReachesThoseThatWaitOnTheSameInstance() throws Exception {
		IllegalStateException failure = new IllegalStateException("Of the app's own client");
		this.provider.failure = failure;
		CountDownLatch coming = new CountDownLatch(8);
		this.provider.during = () -> {
			await(coming);
			Together.sleep(500);
		};
		List<Callable<Throwable>> requests = Collections.nCopies(8, () -> {
			coming.countDown();
			return catchThrowable(() -> this.a.refresh("f.0"));
		});
		assertThat(Together.all(requests)).containsOnly(failure);
		assertThat(this.provider.calls).hasValue(1);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void clientThatThrowsSomethingElseDoesNotMakeOthersTry() {
		this.provider.failure = new IllegalStateException("Of the app's own client");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.a.refresh("f.0"));
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("server_error"));
		assertThat(this.provider.calls).hasValue(1);
	}

}
