package io.github.oauth2state.refresh;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * When an app is warned that each of its instances keeps tokens of its own.
 */
@ExtendWith(OutputCaptureExtension.class)
class TokensInOneInstanceWarningTests {

	private static final String WARNING = "each keeps tokens in a memory of its own";

	private final StrictProvider provider = new StrictProvider();

	private final OAuth2AuthorizedClientService memory = new InMemoryOAuth2AuthorizedClientService(
			new InMemoryClientRegistrationRepository(TestInstance.registration("idp")));

	@Test
	void isSaidOnceWhereTokensOfUsersInMemoryAreRefreshed(CapturedOutput output) {
		save("alice", "f.0");
		TestInstance instance = instance(this.memory);
		assertThat(output).doesNotContain(WARNING);
		instance.refresh("f.0");
		assertThat(output).containsOnlyOnce(WARNING).contains("oauth2-state.tokens.store", "refresh.strategy=none");
		save("alice", "f.1");
		instance.refresh("f.1");
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void isNotSaidWhereTokensAreInSessions(CapturedOutput output) {
		instance(this.memory).refresh("f.0");
		save("bob", "f.1");
		instance(this.memory).refresh("f.1");
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void isNotSaidWhereMemoryHasOtherTokensOfTheUser(CapturedOutput output) {
		save("alice", "f.7");
		instance(this.memory).refresh("f.0");
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void isNotSaidWhereInstancesShareTokens(CapturedOutput output) {
		OAuth2AuthorizedClientService shared = mock(OAuth2AuthorizedClientService.class);
		given(shared.loadAuthorizedClient("idp", "alice")).willReturn(client("alice", "f.0"));
		instance(shared).refresh("f.0");
		assertThat(output).doesNotContain(WARNING);
	}

	private TestInstance instance(OAuth2AuthorizedClientService clients) {
		return new TestInstance(new SpiedStore(), this.provider, TestInstance.PROPERTIES, clients);
	}

	private void save(String user, String refreshToken) {
		this.memory.saveAuthorizedClient(client(user, refreshToken), new TestingAuthenticationToken(user, null));
	}

	private static OAuth2AuthorizedClient client(String user, String refreshToken) {
		return new OAuth2AuthorizedClient(TestInstance.registration("idp"), user, TestInstance.expired("access"),
				new OAuth2RefreshToken(refreshToken, null));
	}

}
