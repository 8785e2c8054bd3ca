package io.github.oauth2state.refresh;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.refresh.RefreshProperties.WithoutStore;
import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What happens to a refresh while the store does not answer.
 */
@ParameterizedClass
@EnumSource
class SingleFlightStoreFailureTests {

	private final Stack stack;

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a;

	private final TestInstance b;

	SingleFlightStoreFailureTests(Stack stack) {
		this.stack = stack;
		this.a = stack.instance(this.store, this.provider);
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void storeThatDoesNotAnswerLeavesEachInstanceToItself() {
		this.store.fails = true;
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.a.takeOutcomes()).containsExactly(TokenRefreshOutcome.UNCOORDINATED);
	}

	@Test
	void tokensThatCameWithoutTheStoreAreOfferedWhenItAnswers() throws Exception {
		this.store.fails = true;
		OAuth2AccessTokenResponse response = this.a.refresh("f.0");
		this.store.fails = false;
		Together.sleep(1000);
		assertThat(Responses.token(this.b.refresh("f.0"))).isEqualTo(Responses.token(response));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void leaseThatAClientPutTwiceIsItsOwn() {
		this.store.repeats = true;
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.store.takeCommands()).doesNotContain("find");
		assertThat(this.a.takeOutcomes()).containsExactly(TokenRefreshOutcome.REFRESHED);
	}

	@Test
	void storeThatFailsBehindAKnownResultDoesNotMakeTheOldTokenGoOut() {
		this.provider.expiresIn = 2;
		this.a.refresh("f.0");
		Together.sleep(1100);
		this.store.failsAfter(1);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void storeThatFailsBehindTwoKnownResultsDoesNotMakeTheOldTokenGoOut() {
		this.provider.expiresIn = 2;
		this.a.refresh("f.0");
		Together.sleep(1100);
		this.provider.rotates = false;
		this.a.refresh("f.0");
		Together.sleep(1100);
		this.store.failsAfter(2);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void storeThatDoesNotAnswerMayMakeTheRefreshFail() {
		this.store.fails = true;
		TestInstance instance = this.stack.instance(this.store, this.provider,
				TestInstance.properties(WithoutStore.FAIL, KeyScope.PRINCIPAL), null);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.STORE_ERROR);
		assertThat(this.provider.calls).hasValue(0);
	}

	@Test
	void storeThatFailsForAMomentDoesNotMakeAWaiterCallToo() throws Exception {
		this.provider.during = () -> {
			Together.sleep(300);
			this.store.fails = true;
			Together.sleep(300);
			this.store.fails = false;
		};
		List<OAuth2AccessTokenResponse> responses = Together
			.all(List.of(() -> this.a.refresh("f.0"), () -> this.b.refresh("f.0")));
		assertThat(this.provider.calls).hasValue(1);
		assertThat(Responses.token(responses.get(0))).isEqualTo(Responses.token(responses.get(1)));
	}

	@Test
	void storeThatIsLostBetweenCallAndResultCostsNobodyItsTokens() {
		this.provider.during = () -> this.store.fails = true;
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void requestWhoseCommandFailedAsksAgainBeforeItGoesWithoutTheOthers() {
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		this.store.failsOnce();
		assertThat(Responses.refreshToken(this.b.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.b.takeOutcomes()).containsExactly(TokenRefreshOutcome.SHARED);
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void requestKnowsItsLeaseThoughTheAnswerWasLost() {
		this.store.losesAnswers(1);
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.a.takeOutcomes()).containsExactly(TokenRefreshOutcome.REFRESHED);
		assertThat(Responses.refreshToken(this.b.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void storeIsAskedTwiceAndNoMore() {
		this.store.fails = true;
		TestInstance instance = this.stack.instance(this.store, this.provider,
				TestInstance.properties(WithoutStore.FAIL, KeyScope.PRINCIPAL), null);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent", "putIfAbsent");
	}

}
