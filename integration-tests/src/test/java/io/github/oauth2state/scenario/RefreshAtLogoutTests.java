package io.github.oauth2state.scenario;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests refreshes that run while the user logs out, and logouts because a refresh is
 * refused. Two instances share tokens and sessions, and the provider is a real one.
 */
@Tag("full")
class RefreshAtLogoutTests extends RevocationFixture {

	@ParameterizedTest
	@EnumSource
	void refreshThatRunsDuringTheLogoutSavesNothingAndItsTokensAreRevoked(SharedStore store) throws Exception {
		start(store, ON);
		this.alice.follow(this.a, LOGIN);
		makeDue("alice");
		Gate gate = this.a.context().getBean(Gate.class);
		gate.shut();
		CompletableFuture<Browser.Page> refresh = CompletableFuture
			.supplyAsync(() -> this.alice.send(this.a, "/token", null));
		String refreshed = gate.awaitRefresh();
		assertThat(isActive(refreshed)).isTrue();
		this.alice.logOut(this.b);
		gate.open();
		// Spring Session fails to save a session that is gone
		refresh.join();
		assertThat(stored(this.b, "alice")).isNull();
		Awaitility.await().until(() -> !isActive(refreshed));
	}

	@Test
	void refusedRefreshIsHandedOnWithTheUserWhoLoggedIn() throws Exception {
		start(SharedStore.REDIS, "oauth2-state.refresh.on-refusal=logout");
		this.alice.follow(this.a, LOGIN);
		post("/oauth2/revoke", refreshToken(stored(this.a, "alice")));
		makeDue("alice");
		assertThat(this.alice.send(this.b, "/token", null).status()).isEqualTo(502);
		assertThat(this.b.context().getBean(Refusals.class).users)
			.containsExactly("idp OAuth2AuthenticationToken alice");
		assertThat(this.a.context().getBean(Refusals.class).users).isEmpty();
		assertThat(this.alice.signedInAs(this.a)).isEmpty();
	}

	/**
	 * Lets the access token of a user expire.
	 */
	private void makeDue(String user) {
		OAuth2AuthorizedClient tokens = stored(this.a, user);
		Instant expired = Instant.now().minusSeconds(1);
		this.a.context()
			.getBean(OAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(
					new OAuth2AuthorizedClient(tokens.getClientRegistration(), user,
							new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "expired",
									expired.minusSeconds(300), expired),
							tokens.getRefreshToken()),
					new TestingAuthenticationToken(user, null, List.of()));
	}

}
