package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What happens to a lease whose holder is slow, paused or gone.
 */
@ParameterizedClass
@EnumSource
class SingleFlightLeaseTests {

	private final Stack stack;

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a;

	private final TestInstance b;

	SingleFlightLeaseTests(Stack stack) {
		this.stack = stack;
		this.a = stack.instance(this.store, this.provider);
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void leaseOfAHolderThatIsGoneRunsOut() {
		this.store.put(TestInstance.key("f.0").location(), StoredRefresh.newLease(), Duration.ofSeconds(1));
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void waiterGivesUpAfterTheWaitTimeout() {
		this.store.put(TestInstance.key("f.0").location(), StoredRefresh.newLease(), Duration.ofMinutes(1));
		RefreshProperties impatient = TestInstance.properties(Duration.ofSeconds(2), Duration.ofMillis(300),
				Duration.ofSeconds(2));
		TestInstance instance = this.stack.instance(this.store, this.provider, impatient, null);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.TIMED_OUT);
		assertThat(this.provider.calls).hasValue(0);
	}

	@Test
	void leaseIsRenewedWhileTheProviderTakesLongerThanIt() throws Exception {
		AtomicBoolean inCall = new AtomicBoolean();
		RefreshProperties settings = TestInstance.properties(Duration.ofSeconds(1), Duration.ofSeconds(10),
				Duration.ofSeconds(2));
		TestInstance slow = this.stack.instance(this.store, this.provider, settings, null);
		TestInstance other = this.stack.instance(this.store, this.provider, settings, null);
		this.provider.during = () -> {
			inCall.set(true);
			Together.sleep(2500);
		};
		List<OAuth2AccessTokenResponse> responses = Together
			.all(List.of(() -> slow.refresh("f.0"), () -> other.refresh("f.0")));
		assertThat(inCall).isTrue();
		assertThat(this.provider.calls).hasValue(1);
		assertThat(Responses.token(responses.get(0))).isEqualTo(Responses.token(responses.get(1)));
	}

	@Test
	void holderWhoseLeaseRanOutTakesTheTokensThatWereOfferedMeanwhile() {
		this.provider.strict = false;
		AtomicBoolean first = new AtomicBoolean(true);
		this.provider.during = () -> {
			if (first.getAndSet(false)) {
				this.store.forget();
				this.b.refresh("f.0");
			}
		};
		OAuth2AccessTokenResponse response = this.a.refresh("f.0");
		assertThat(this.provider.calls).hasValue(2);
		assertThat(Responses.token(response)).isEqualTo(Responses.token(this.b.refresh("f.0")));
		assertThat(this.a.takeOutcomes()).containsExactly(TokenRefreshOutcome.SHARED);
	}

	@Test
	void successOfAHolderWhoseLeaseRanOutReplacesTheFailureOfAnother() {
		AtomicBoolean first = new AtomicBoolean(true);
		this.provider.during = () -> {
			if (first.getAndSet(false)) {
				this.store.forget();
				this.provider.failure = StrictProvider.error("server_error");
				assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"));
				this.provider.failure = null;
			}
		};
		OAuth2AccessTokenResponse response = this.a.refresh("f.0");
		assertThat(Responses.token(this.b.refresh("f.0"))).isEqualTo(Responses.token(response));
	}

	@Test
	void failureOfAHolderWhoseLeaseRanOutGivesWayToTheSuccessOfAnother() {
		AtomicBoolean first = new AtomicBoolean(true);
		this.provider.during = () -> {
			if (first.getAndSet(false)) {
				this.store.forget();
				this.b.refresh("f.0");
				throw StrictProvider.error("invalid_token_response");
			}
		};
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
	}

}
