package io.github.oauth2state.refresh;

import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefreshOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * What newer tokens that are stored already are good for.
 */
class SingleFlightStoredTokensTests {

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance b = new TestInstance(this.store, this.provider);

	@Test
	void newerTokensThatAreStoredAreTakenInsteadOfACall() {
		OAuth2AuthorizedClientService clients = stored("access-new", "f.7");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(Responses.token(instance.refresh("f.0"))).isEqualTo("access-new");
		assertThat(Responses.token(this.b.refresh("f.0"))).isEqualTo("access-new");
		assertThat(this.provider.calls).hasValue(0);
		assertThat(instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.STORED);
	}

	@Test
	void refusalIsNoneWhenNewerTokensAreStoredMeanwhile() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		OAuth2AuthorizedClient newer = client("access-new", "f.7");
		given(clients.loadAuthorizedClient("idp", "alice")).willReturn(null, newer);
		this.provider.failure = StrictProvider.error("invalid_grant");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(Responses.token(instance.refresh("f.0"))).isEqualTo("access-new");
	}

	@Test
	void storedTokensThatAreDueThemselvesAreNotTaken() {
		OAuth2AuthorizedClientService clients = stored("access-of-f.0", "f.0");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(Responses.refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void clientsThatCannotBeReadAreNoReasonNotToRefresh() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		given(clients.loadAuthorizedClient("idp", "alice")).willThrow(new IllegalStateException("Gone"));
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(Responses.refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void nothingIsRemovedByTheLibrary() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		this.provider.failure = StrictProvider.error("server_error");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
		verify(clients, never()).removeAuthorizedClient(any(), any());
	}

	private static OAuth2AuthorizedClientService stored(String accessToken, String refreshToken) {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		OAuth2AuthorizedClient client = client(accessToken, refreshToken);
		given(clients.loadAuthorizedClient("idp", "alice")).willReturn(client);
		return clients;
	}

	private static OAuth2AuthorizedClient client(String accessToken, String refreshToken) {
		OAuth2AccessTokenResponse response = OAuth2AccessTokenResponse.withToken(accessToken)
			.tokenType(OAuth2AccessToken.TokenType.BEARER)
			.expiresIn(300)
			.scopes(Set.of("openid", "read"))
			.build();
		return new OAuth2AuthorizedClient(TestInstance.registration("idp"), "alice", response.getAccessToken(),
				new OAuth2RefreshToken(refreshToken, null));
	}

}
