package io.github.oauth2state.refresh;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * How a refresh uses newer tokens that are stored already.
 */
@ParameterizedClass
@EnumSource
class SingleFlightStoredTokensTests {

	private final Stack stack;

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance b;

	SingleFlightStoredTokensTests(Stack stack) {
		this.stack = stack;
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void newerTokensThatAreStoredAreTakenInsteadOfACall() {
		OAuth2AuthorizedClientService clients = stored("access-new", "f.7");
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, clients);
		assertThat(Responses.token(instance.refresh("f.0"))).isEqualTo("access-new");
		assertThat(Responses.token(this.b.refresh("f.0"))).isEqualTo("access-new");
		assertThat(this.provider.calls).hasValue(0);
		assertThat(instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.STORED);
	}

	@Test
	void refusalIsIgnoredWhenNewerTokensAreStoredMeanwhile() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		OAuth2AuthorizedClient newer = client("access-new", "f.7");
		given(clients.loadAuthorizedClient("idp", "alice")).willReturn(null, newer);
		this.provider.failure = StrictProvider.error("invalid_grant");
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, clients);
		assertThat(Responses.token(instance.refresh("f.0"))).isEqualTo("access-new");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "read", "api.read", "openid read write" })
	void newerTokensAreTakenWhateverTheirScopesWhereNoneWereAskedFor(String scopes) {
		OAuth2AuthorizedClientService clients = stored(client("access-new", "f.7", 300, texts(scopes)));
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, clients);
		assertThat(Responses.token(instance.refresh("f.0"))).isEqualTo("access-new");
		assertThat(this.provider.calls).hasValue(0);
	}

	@Test
	void newerTokensWithoutTheScopesThatWereAskedForAreNotTaken() {
		OAuth2AuthorizedClientService clients = stored(client("access-new", "f.7", 300, Set.of("openid")));
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, clients);
		assertThat(Responses.refreshToken(instance.refresh("alice", "idp", "f.0", Set.of("read")))).isEqualTo("f.1");
	}

	@Test
	void sameAccessTokenThatIsStoredWithANewerRefreshTokenOrALongerLifeIsTaken() {
		for (String refreshToken : List.of("f.0", "f.7")) {
			OAuth2AuthorizedClientService clients = stored("access-of-f.0", refreshToken);
			TestInstance instance = this.stack.instance(new SpiedStore(), this.provider, TestInstance.PROPERTIES,
					clients);
			assertThat(Responses.refreshToken(instance.refresh("f.0"))).isEqualTo(refreshToken);
		}
		assertThat(this.provider.calls).hasValue(0);
	}

	/**
	 * An API may have refused the token, or the app wants one with other rights.
	 */
	@Test
	void sameAccessTokenThatTheAppSaysIsDueIsRefreshed() {
		OAuth2AuthorizedClient stored = client("access-of-f.0", "f.0");
		OAuth2AccessToken valid = stored.getAccessToken();
		OAuth2AccessToken due = new OAuth2AccessToken(valid.getTokenType(), valid.getTokenValue(), valid.getIssuedAt(),
				valid.getIssuedAt().plusMillis(1), valid.getScopes());
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, stored(stored));
		OAuth2AccessTokenResponse response = instance.refresh(new TestingAuthenticationToken("alice", null, List.of()),
				new OAuth2RefreshTokenGrantRequest(stored.getClientRegistration(), due, stored.getRefreshToken()));
		assertThat(Responses.refreshToken(response)).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void storedTokensThatAreOlderAreNotTaken() {
		this.provider.expiresIn = 600;
		OAuth2AuthorizedClient older = client("access-old", "f.0");
		Together.sleep(10);
		OAuth2AccessTokenResponse due = this.b.refresh("f.0");
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, stored(older));
		assertThat(Responses.refreshToken(instance.refresh(due))).isEqualTo("f.2");
	}

	@Test
	void storedTokensOfAnotherTenantAreNotTaken() {
		OAuth2AuthorizedClient saved = client("access-new", "f.7");
		for (ClientRegistration other : List.of(
				ClientRegistration.withClientRegistration(saved.getClientRegistration()).clientId("tenant-2").build(),
				ClientRegistration.withClientRegistration(saved.getClientRegistration())
					.tokenUri("http://tenant-2.example/token")
					.build())) {
			OAuth2AuthorizedClientService clients = stored(
					new OAuth2AuthorizedClient(other, "alice", saved.getAccessToken(), saved.getRefreshToken()));
			StrictProvider own = new StrictProvider();
			TestInstance instance = this.stack.instance(new SpiedStore(), own, TestInstance.PROPERTIES, clients);
			assertThat(Responses.refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
		}
	}

	@Test
	void refusalStandsWhereTheTokensOfAnotherTenantAreStored() {
		OAuth2AuthorizedClient saved = client("access-new", "f.7");
		ClientRegistration other = ClientRegistration.withClientRegistration(saved.getClientRegistration())
			.clientId("tenant-2")
			.build();
		this.provider.failure = StrictProvider.error("invalid_grant");
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES,
				stored(new OAuth2AuthorizedClient(other, "alice", saved.getAccessToken(), saved.getRefreshToken())));
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
	}

	@Test
	void storedTokensThatAreDueThemselvesAreNotTaken() {
		OAuth2AuthorizedClientService clients = stored(new OAuth2AuthorizedClient(TestInstance.registration("idp"),
				"alice", TestInstance.expired("access-of-f.0"), new OAuth2RefreshToken("f.0", null)));
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, clients);
		assertThat(Responses.refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void clientsThatCannotBeReadAreNoReasonNotToRefresh() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		given(clients.loadAuthorizedClient("idp", "alice")).willThrow(new IllegalStateException("Gone"));
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, clients);
		assertThat(Responses.refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void nothingIsRemovedByTheLibrary() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		this.provider.failure = StrictProvider.error("server_error");
		TestInstance instance = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, clients);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
		verify(clients, never()).removeAuthorizedClient(any(), any());
	}

	private static OAuth2AuthorizedClientService stored(String accessToken, String refreshToken) {
		return stored(client(accessToken, refreshToken));
	}

	private static OAuth2AuthorizedClientService stored(OAuth2AuthorizedClient client) {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		given(clients.loadAuthorizedClient("idp", "alice")).willReturn(client);
		return clients;
	}

	private static Set<String> texts(String scopes) {
		return scopes.isEmpty() ? Set.of() : Set.of(scopes.split(" "));
	}

	private static OAuth2AuthorizedClient client(String accessToken, String refreshToken) {
		return client(accessToken, refreshToken, 300, Set.of("openid", "read"));
	}

	private static OAuth2AuthorizedClient client(String accessToken, String refreshToken, long expiresIn,
			Set<String> scopes) {
		OAuth2AccessTokenResponse response = OAuth2AccessTokenResponse.withToken(accessToken)
			.tokenType(OAuth2AccessToken.TokenType.BEARER)
			.expiresIn(expiresIn)
			.scopes(scopes)
			.build();
		return new OAuth2AuthorizedClient(TestInstance.registration("idp"), "alice", response.getAccessToken(),
				new OAuth2RefreshToken(refreshToken, null));
	}

}
