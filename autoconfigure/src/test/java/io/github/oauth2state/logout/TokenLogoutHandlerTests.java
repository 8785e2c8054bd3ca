package io.github.oauth2state.logout;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenLogoutHandler}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TokenLogoutHandlerTests {

	private static final OAuth2AuthenticationToken ALICE = new OAuth2AuthenticationToken(
			new DefaultOAuth2User(List.of(), Map.of("sub", "alice"), "sub"), List.of(), "idp");

	private final Clients clients = new Clients();

	private final List<String> revoked = new ArrayList<>();

	private final TokenLogoutHandler handler = handler(this.clients);

	private TokenLogoutHandler handler(@Nullable OAuth2AuthorizedClientRepository repository) {
		return new TokenLogoutHandler((client) -> this.revoked.add(client.getAccessToken().getTokenValue()),
				() -> repository);
	}

	@Test
	void tokensOfTheLoginAreRemovedAndRevoked() {
		logOut(ALICE);
		assertThat(this.clients.removed).containsExactly("idp alice");
		assertThat(this.revoked).containsExactly("planted");
		logOut(ALICE);
		assertThat(this.revoked).hasSize(1);
	}

	@Test
	void nobodyElseHasTokens() {
		logOut(null);
		logOut(new TestingAuthenticationToken("alice", "password"));
		assertThat(this.clients.removed).isEmpty();
		assertThat(this.revoked).isEmpty();
	}

	@Test
	void tokensThatCannotBeLoadedKeepNobodyFromLoggingOut(CapturedOutput output) {
		this.clients.loadFails = true;
		logOut(ALICE);
		assertThat(this.revoked).isEmpty();
		assertThat(output).contains("neither removed nor revoked: registration idp", "IllegalStateException")
			.doesNotContain("planted", "alice");
	}

	@Test
	void tokensThatCannotBeRemovedAreRevokedNevertheless(CapturedOutput output) {
		this.clients.removeFails = true;
		logOut(ALICE);
		assertThat(this.revoked).containsExactly("planted");
		assertThat(output).contains("revoked, but not removed: registration idp").doesNotContain("planted", "alice");
	}

	@Test
	void appThatKeepsNoTokensHasNothingToRevoke() {
		handler(null).logout(new MockHttpServletRequest(), new MockHttpServletResponse(), ALICE);
		assertThat(this.revoked).isEmpty();
	}

	private void logOut(@Nullable Authentication authentication) {
		this.handler.logout(new MockHttpServletRequest(), new MockHttpServletResponse(), authentication);
	}

	/**
	 * A repository with tokens of one user, of a type that the library does not know.
	 */
	private static final class Clients implements OAuth2AuthorizedClientRepository {

		private final List<String> removed = new ArrayList<>();

		private boolean loadFails;

		private boolean removeFails;

		private @Nullable OAuth2AuthorizedClient client = client();

		private static OAuth2AuthorizedClient client() {
			Instant now = Instant.now();
			return new OAuth2AuthorizedClient(
					ClientRegistration.withRegistrationId("idp")
						.clientId("app")
						.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
						.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
						.authorizationUri("https://idp.example/authorize")
						.tokenUri("https://idp.example/token")
						.build(),
					"alice",
					new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "planted", now, now.plusSeconds(300)));
		}

		@Override
		@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
		public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(String registrationId,
				Authentication principal, HttpServletRequest request) {
			fail(this.loadFails);
			return (T) this.client;
		}

		@Override
		public void saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal,
				HttpServletRequest request, HttpServletResponse response) {
			this.client = client;
		}

		@Override
		public void removeAuthorizedClient(String registrationId, Authentication principal, HttpServletRequest request,
				HttpServletResponse response) {
			fail(this.removeFails);
			this.client = null;
			this.removed.add(registrationId + " " + principal.getName());
		}

		private static void fail(boolean fails) {
			if (fails) {
				throw new IllegalStateException("planted");
			}
		}

	}

}
