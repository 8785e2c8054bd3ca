package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken.TokenType;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which of two tokens is kept, and for how long, if their expiry does not decide it.
 */
@ParameterizedClass
@EnumSource
class NewerTokensTests {

	private static final ClientRegistration USERS = TestTokens.registration("app");

	private static final ClientRegistration MACHINE = TestTokens.machine("machine");

	private static final Instant NOW = TestTokens.NOW;

	private final RecordingStore store = new RecordingStore();

	private final OAuth2AuthorizedClientService service;

	NewerTokensTests(TokensStack stack) {
		this.service = stack.service(new InMemoryClientRegistrationRepository(USERS, MACHINE), this.store,
				TestTokens.sealer(TestTokens.OLD_KEY, "shop"), InstantSource.fixed(NOW), TestTokens.NO_LATE_TOKENS);
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, -3600, -1, 0 })
	void tokenWhoseLifeIsUnknownIsKeptForAsLongAsConfigured(long expiresIn) {
		save(USERS, OAuth2AccessTokenResponse.withToken("a").expiresIn(expiresIn));
		assertThat(this.store.ttl).isEqualTo(Duration.ofDays(30));
		save(MACHINE, OAuth2AccessTokenResponse.withToken("a").expiresIn(expiresIn));
		assertThat(this.store.ttl).isEqualTo(Duration.ofDays(30));
	}

	@Test
	void tokenWithoutALifeIsKeptForAsLongAsConfigured() {
		save(USERS, OAuth2AccessTokenResponse.withToken("a"));
		assertThat(this.store.ttl).isEqualTo(Duration.ofDays(30));
	}

	@ParameterizedTest
	@ValueSource(longs = { 99_999_999_999L, 9_000_000_000_000_000L })
	void tokenWithAnEnormousLifeIsKeptForAsLongAsStoresKeepRecords(long expiresIn) {
		save(USERS, OAuth2AccessTokenResponse.withToken("a").expiresIn(expiresIn));
		assertThat(this.store.ttl).isEqualTo(Duration.ofDays(400));
		assertThat(load(USERS)).isEqualTo("a/none");
	}

	@ParameterizedTest
	@MethodSource("clients")
	void newTokenThatExpiresBeforeTheOneThatWasDueIsSaved(ClientRegistration client, String refresh) {
		save(client, "old", 50, refresh);
		noteRefresh(refresh);
		save(client, "new", 30, refresh);
		assertThat(load(client)).isEqualTo("new/" + refresh);
	}

	@ParameterizedTest
	@MethodSource("clients")
	void newTokenThatExpiresBeforeTheOneItWasObtainedInPlaceOfIsSaved(ClientRegistration client, String refresh) {
		save(client, "old", 300, refresh);
		noteRefresh(refresh);
		TokenLineage.noteDescent("old", "new");
		save(client, "new", 200, refresh);
		assertThat(load(client)).isEqualTo("new/" + refresh);
	}

	@ParameterizedTest
	@MethodSource("clients")
	void pausedSaveDoesNotReplaceATokenThatOthersObtained(ClientRegistration client, String refresh) {
		save(client, "others", 300, refresh);
		noteRefresh(refresh);
		TokenLineage.noteDescent("old", "paused");
		save(client, "paused", 200, refresh);
		assertThat(load(client)).isEqualTo("others/" + refresh);
	}

	static List<Arguments> clients() {
		return List.of(Arguments.of(USERS, "r"), Arguments.of(MACHINE, "none"));
	}

	/**
	 * Without rotation, the provider answers with the same refresh token.
	 */
	private static void noteRefresh(String refresh) {
		if (!refresh.equals("none")) {
			TokenLineage.noteDescent(refresh, refresh);
		}
	}

	@ParameterizedTest
	@CsvSource({ "r,r", "r,s" })
	void sameAccessTokenWithALongerLifeIsSaved(String before, String after) {
		save(USERS, "same", 10, before);
		TokenLineage.noteDescent(before, after);
		save(USERS, "same", 600, after);
		OAuth2AuthorizedClient loaded = this.service.loadAuthorizedClient("app", "alice");
		assertThat(loaded.getAccessToken().getExpiresAt()).isEqualTo(NOW.plusSeconds(600));
		assertThat(TestTokens.values(loaded)).isEqualTo("same/" + after);
	}

	@Test
	void sameTokensThatAreReckonedALittleDifferentlyAreNotSavedAgain() {
		save(USERS, "same", 600, "r");
		for (int seconds : new int[] { 590, 599, 601, 609 }) {
			TokenLineage.noteDescent("r", "r");
			assertThat(this.store.callsDuring(() -> save(USERS, "same", seconds, "r"))).containsExactly("find");
		}
	}

	@Test
	void sameTokensOfUnknownLifeAreKeptOnWhenTheProviderConfirmsThem() {
		save(USERS, "same", NOW, null, "r");
		TokenLineage.noteDescent("r", "r");
		assertThat(this.store.callsDuring(() -> save(USERS, "same", NOW.plusSeconds(5), null, "r")))
			.containsExactly("find");
		TokenLineage.noteDescent("r", "r");
		assertThat(this.store.callsDuring(() -> save(USERS, "same", NOW.plusSeconds(3600), null, "r")))
			.containsExactly("find", "replace");
	}

	@Test
	void tokenOfUnknownLifeReplacesAndIsReplaced() {
		save(MACHINE, "known", 600, null);
		save(MACHINE, "unknown", NOW, null, null);
		assertThat(load(MACHINE)).isEqualTo("unknown/none");
		save(MACHINE, "known", 600, null);
		assertThat(load(MACHINE)).isEqualTo("known/none");
	}

	private void save(ClientRegistration registration, OAuth2AccessTokenResponse.Builder response) {
		OAuth2AccessToken token = response.tokenType(TokenType.BEARER).build().getAccessToken();
		save(new OAuth2AuthorizedClient(registration, "alice", token));
	}

	private void save(ClientRegistration registration, String access, int lives, @Nullable String refresh) {
		save(TestTokens.client(registration, "alice", access, NOW.plusSeconds(lives),
				"none".equals(refresh) ? null : refresh));
	}

	private void save(ClientRegistration registration, String access, Instant issued, @Nullable Instant expires,
			@Nullable String refresh) {
		OAuth2AccessToken token = new OAuth2AccessToken(TokenType.BEARER, access, issued,
				(expires != null) ? expires : issued.plusSeconds(1));
		save(new OAuth2AuthorizedClient(registration, "alice", token,
				(refresh != null) ? new OAuth2RefreshToken(refresh, null) : null));
	}

	private void save(OAuth2AuthorizedClient client) {
		this.service.saveAuthorizedClient(client, TestTokens.user("alice"));
	}

	private @Nullable String load(ClientRegistration registration) {
		return TestTokens.values(this.service.loadAuthorizedClient(registration.getRegistrationId(), "alice"));
	}

}
