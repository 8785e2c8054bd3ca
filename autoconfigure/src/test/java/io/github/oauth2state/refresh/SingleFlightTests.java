package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

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
 * How instances coordinate, over a store in memory that counts commands and can fail.
 */
@ParameterizedClass
@EnumSource
class SingleFlightTests {

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a;

	private final TestInstance b;

	SingleFlightTests(Stack stack) {
		this.a = stack.instance(this.store, this.provider);
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void manyRequestsOnTwoInstancesMakeOneCall() throws Exception {
		this.provider.during = () -> Together.sleep(200);
		List<Callable<OAuth2AccessTokenResponse>> requests = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			requests.add(() -> this.a.refresh("f.0"));
			requests.add(() -> this.b.refresh("f.0"));
		}
		List<OAuth2AccessTokenResponse> responses = Together.all(requests);
		assertThat(this.provider.calls).hasValue(1);
		assertThat(responses).extracting((response) -> response.getAccessToken().getTokenValue())
			.containsOnly("access-f.0-1");
		assertThat(responses).extracting((response) -> Responses.refreshToken(response)).containsOnly("f.1");
		List<TokenRefreshOutcome> outcomes = new ArrayList<>(this.a.takeOutcomes());
		outcomes.addAll(this.b.takeOutcomes());
		assertThat(outcomes).hasSize(40)
			.containsOnlyOnce(TokenRefreshOutcome.REFRESHED)
			.contains(TokenRefreshOutcome.SHARED, TokenRefreshOutcome.COALESCED);
	}

	@Test
	void winnerTakesTwoCommandsAndLateComerOne() {
		this.a.refresh("f.0");
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent", "replace");
		this.b.refresh("f.0");
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
	}

	@Test
	void everythingThatTheProviderAnsweredReachesOthers() {
		this.provider.additional = Map.of("id_token", "a.b.c", "refresh_expires_in", 1800, "list",
				List.of(1, "two", true), "nested", Map.of("key", 1.5));
		OAuth2AccessTokenResponse own = this.a.refresh("f.0");
		OAuth2AccessTokenResponse theirs = this.b.refresh("f.0");
		assertThat(theirs.getAdditionalParameters()).isEqualTo(own.getAdditionalParameters());
		assertThat(theirs.getAccessToken().getTokenType()).isEqualTo(own.getAccessToken().getTokenType());
		assertThat(theirs.getAccessToken().getScopes()).isEqualTo(own.getAccessToken().getScopes());
		assertThat(Duration.between(theirs.getAccessToken().getExpiresAt(), own.getAccessToken().getExpiresAt()))
			.isBetween(Duration.ZERO, Duration.ofSeconds(2));
	}

	@Test
	void parameterThatCannotBeWrittenIsLeftOutForOthers() {
		this.provider.additional = Map.of("odd", new Object(), "id_token", "a.b.c");
		assertThat(this.a.refresh("f.0").getAdditionalParameters()).containsKeys("odd", "id_token");
		assertThat(this.b.refresh("f.0").getAdditionalParameters()).containsOnlyKeys("id_token");
	}

	@Test
	void tokensThatAreTooLargeToOfferAreUsedAllTheSame() {
		this.provider.additional = Map.of("large", "x".repeat(80_000));
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void refreshForOtherScopesIsMadeWithTheNewToken() {
		this.a.refresh("alice", "idp", "f.0", Set.of("read"));
		OAuth2AccessTokenResponse response = this.b.refresh("alice", "idp", "f.0", Set.of("openid"));
		assertThat(response.getAccessToken().getScopes()).containsExactly("openid");
		assertThat(Responses.refreshToken(response)).isEqualTo("f.2");
	}

	@Test
	void oldTokenLeadsToTheNewestAlongTheChain() {
		this.provider.expiresIn = 2;
		OAuth2AccessTokenResponse second = this.a.refresh(this.a.refresh("f.0"));
		Together.sleep(1100);
		this.provider.expiresIn = 300;
		OAuth2AccessTokenResponse third = this.a.refresh(second);
		assertThat(Responses.refreshToken(third)).isEqualTo("f.3");
		assertThat(Responses.token(this.b.refresh("f.0"))).isEqualTo(Responses.token(third));
		assertThat(this.provider.calls).hasValue(3);
	}

	@Test
	void chainWithoutEndIsGivenUp() {
		this.provider.expiresIn = 2;
		OAuth2AccessTokenResponse latest = this.a.refresh("f.0");
		for (int i = 0; i < 6; i++) {
			latest = this.a.refresh(latest);
		}
		Together.sleep(1100);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
	}

	@Test
	void tokenThatIsNotRotatedIsRefreshedAgainWhenItIsDueAgain() {
		this.provider.rotates = false;
		OAuth2AccessTokenResponse first = this.a.refresh("f.0");
		OAuth2AccessTokenResponse second = this.b.refresh(first);
		assertThat(Responses.token(second)).isNotEqualTo(Responses.token(first));
		assertThat(Responses.token(this.a.refresh(first))).isEqualTo(Responses.token(second));
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void recordThatCannotBeReadIsReplaced() {
		this.store.put(TestInstance.key("f.0").location(), new byte[] { 9, 9, 9 }, Duration.ofMinutes(1));
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void tokensOfUnknownLifeAreSharedAllTheSame() {
		this.provider.expiresIn = 0;
		assertThat(Responses.token(this.b.refresh("f.0"))).isEqualTo(Responses.token(this.a.refresh("f.0")));
		assertThat(this.provider.calls).hasValue(1);
	}

}
