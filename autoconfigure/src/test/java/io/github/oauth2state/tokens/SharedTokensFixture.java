package io.github.oauth2state.tokens;

import java.time.Instant;
import java.time.InstantSource;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

/**
 * The service of one stack that shares tokens, and what its store received.
 */
abstract class SharedTokensFixture {

	static final ClientRegistration KEYCLOAK = TestTokens.registration("keycloak");

	static final ClientRegistration MACHINE = TestTokens.machine("machine");

	static final Instant NOW = TestTokens.NOW;

	final RecordingStore store = new RecordingStore();

	private final TokensStack stack;

	final OAuth2AuthorizedClientService service;

	SharedTokensFixture(TokensStack stack) {
		this.stack = stack;
		this.service = service(TestTokens.OLD_KEY, "shop");
	}

	OAuth2AuthorizedClientService service(String keys, String namespace) {
		return this.stack.service(new InMemoryClientRegistrationRepository(KEYCLOAK, MACHINE), this.store,
				TestTokens.sealer(keys, namespace), InstantSource.fixed(NOW), TestTokens.NO_LATE_TOKENS);
	}

	void login(String user, String access, String refresh) {
		save(TestTokens.client(KEYCLOAK, user, access, refresh));
	}

	void refresh(String user, String before, String access, String after) {
		TokenLineage.noteDescent(before, after);
		login(user, access, after);
	}

	void refuse(String user, String refresh) {
		TokenLineage.whileRefused("keycloak", user, refresh, () -> remove(user));
	}

	void save(OAuth2AuthorizedClient client) {
		this.service.saveAuthorizedClient(client, TestTokens.user(client.getPrincipalName()));
	}

	void remove(String user) {
		this.service.removeAuthorizedClient("keycloak", user);
	}

	@Nullable String load(String user) {
		return TestTokens.values(this.service.loadAuthorizedClient("keycloak", user));
	}

}
