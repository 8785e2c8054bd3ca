package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens of users who log out: they are removed once, and no refresh brings them back.
 */
@ExtendWith(OutputCaptureExtension.class)
@ParameterizedClass
@EnumSource
class TokenLogoutTests {

	private static final ClientRegistration KEYCLOAK = TestTokens.registration("keycloak");

	private static final ClientRegistration OTHER = TestTokens.registration("other");

	private final RecordingStore store = new RecordingStore();

	private final List<String> late = new ArrayList<>();

	private final TokensStack stack;

	private final OAuth2AuthorizedClientService service;

	TokenLogoutTests(TokensStack stack) {
		this.stack = stack;
		this.service = service(TestTokens.OLD_KEY);
	}

	private OAuth2AuthorizedClientService service(String keys) {
		return this.stack.service(new InMemoryClientRegistrationRepository(KEYCLOAK, OTHER), this.store,
				TestTokens.sealer(keys, "shop"), InstantSource.fixed(TestTokens.NOW),
				(client) -> this.late.add(String.valueOf(TestTokens.values(client))));
	}

	@Test
	void logoutRemovesTokensAndTellsWhich() {
		login("a1", "r1");
		assertThat(this.store.callsDuring(() -> assertThat(logOut()).isEqualTo("a1/r1"))).containsExactly("find",
				"replace");
		assertThat(load()).isNull();
	}

	@Test
	void logoutWhereNoTokensAreCostsOneCommand() {
		assertThat(this.store.callsDuring(() -> assertThat(logOut()).isNull())).containsExactly("find");
		assertThat(this.store.records).isEmpty();
	}

	@Test
	void ofTwoLogoutsAtTheSameTimeOneLearnsOfTheTokens() {
		login("a1", "r1");
		List<@Nullable String> removed = new ArrayList<>();
		this.store.beforeReplace = once(() -> removed.add(logOut()));
		removed.add(logOut());
		assertThat(removed).containsExactlyInAnyOrder("a1/r1", null);
	}

	@Test
	void logoutThatMeetsARefreshRemovesItsTokens() {
		login("a1", "r1");
		this.store.beforeReplace = once(() -> refresh("r1", "a2", "r2"));
		assertThat(logOut()).isEqualTo("a2/r2");
		assertThat(load()).isNull();
		assertThat(this.late).isEmpty();
	}

	@Test
	void refreshThatRanDuringTheLogoutSavesNothing() {
		login("a1", "r1");
		logOut();
		assertThat(this.store.callsDuring(() -> refresh("r1", "a2", "r2"))).containsExactly("find");
		assertThat(load()).isNull();
		assertThat(this.late).containsExactly("a2/r2");
	}

	@Test
	void refreshThatIsSavingWhenTheLogoutComesSavesNothing() {
		login("a1", "r1");
		this.store.beforeReplace = once(this::logOut);
		refresh("r1", "a2", "r2");
		assertThat(load()).isNull();
		assertThat(this.late).containsExactly("a2/r2");
	}

	@Test
	void tokensOfALaterLoginAndTheirRefreshAreSaved() {
		login("a1", "r1");
		logOut();
		assertThat(this.store.callsDuring(() -> login("b1", "s1"))).containsExactly("putIfAbsent", "replace");
		assertThat(load()).isEqualTo("b1/s1");
		refresh("s1", "b2", "s2");
		assertThat(load()).isEqualTo("b2/s2");
		refresh("r1", "a2", "r2");
		assertThat(load()).isEqualTo("b2/s2");
	}

	@Test
	void refreshSavesWhereNothingWasEverStored() {
		refresh("r1", "a2", "r2");
		assertThat(load()).isEqualTo("a2/r2");
	}

	@Test
	void refreshSavesAfterARemovalThatIsNoLogout() {
		login("a1", "r1");
		this.service.removeAuthorizedClient("keycloak", "alice");
		refresh("r1", "a2", "r2");
		assertThat(load()).isEqualTo("a2/r2");
	}

	@Test
	void tokensWithoutARefreshTokenAreRemovedWithoutATrace() {
		login("a1", null);
		assertThat(this.store.callsDuring(() -> assertThat(logOut()).isEqualTo("a1/none"))).containsExactly("find",
				"remove");
		assertThat(this.store.records).isEmpty();
	}

	@Test
	void noteOfALogoutStaysForAWhileAndIsNotLoggedAsUnreadable(CapturedOutput output) {
		login("a1", "r1");
		logOut();
		assertThat(this.store.ttl).isEqualTo(Duration.ofMinutes(10));
		assertThat(load()).isNull();
		assertThat(logOut()).isNull();
		assertThat(output).doesNotContain("Stored tokens");
	}

	@Test
	void logoutRemovesTokensOfItsUserAndRegistrationOnly() {
		login("a1", "r1");
		save(TestTokens.client(KEYCLOAK, "bob", "b1", "s1"));
		save(TestTokens.client(OTHER, "alice", "o1", "p1"));
		try (TokenLogout logout = TokenLogout.begin("keycloak", "alice")) {
			assertThat(this.store.callsDuring(() -> this.service.removeAuthorizedClient("keycloak", "bob")))
				.containsExactly("take");
			assertThat(this.store.callsDuring(() -> this.service.removeAuthorizedClient("other", "alice")))
				.containsExactly("take");
		}
		assertThat(load()).isEqualTo("a1/r1");
	}

	@Test
	void logoutRemovesARecordThatCannotBeRead() {
		login("a1", "r1");
		try (TokenLogout logout = TokenLogout.begin("keycloak", "alice")) {
			service(TestTokens.NEW_KEY).removeAuthorizedClient("keycloak", "alice");
		}
		assertThat(this.store.records).isEmpty();
	}

	@Test
	void tokensThatAreKeptElsewhereAreThoseThatWereLoaded() {
		OAuth2AuthorizedClient loaded = TestTokens.client(KEYCLOAK, "alice", "a1", "r1");
		try (TokenLogout logout = TokenLogout.begin("keycloak", "alice")) {
			assertThat(logout.removed(loaded)).isEqualTo(Optional.of(loaded));
		}
	}

	@Test
	void removalEndsWithTheLogout() {
		login("a1", "r1");
		TokenLogout.begin("keycloak", "alice").close();
		assertThat(this.store.callsDuring(() -> this.service.removeAuthorizedClient("keycloak", "alice")))
			.containsExactly("take");
	}

	/**
	 * Does what the handler of a logout does.
	 */
	private @Nullable String logOut() {
		try (TokenLogout logout = TokenLogout.begin("keycloak", "alice")) {
			OAuth2AuthorizedClient loaded = this.service.loadAuthorizedClient("keycloak", "alice");
			if (loaded == null) {
				return null;
			}
			this.service.removeAuthorizedClient("keycloak", "alice");
			return TestTokens.values(logout.removed(loaded).orElse(null));
		}
	}

	private void login(String access, @Nullable String refresh) {
		save(TestTokens.client(KEYCLOAK, "alice", access, refresh));
	}

	private void refresh(String before, String access, String after) {
		TokenLineage.noteDescent(before, after);
		login(access, after);
	}

	private void save(OAuth2AuthorizedClient client) {
		this.service.saveAuthorizedClient(client, TestTokens.user(client.getPrincipalName()));
	}

	private @Nullable String load() {
		return TestTokens.values(this.service.loadAuthorizedClient("keycloak", "alice"));
	}

	private static Runnable once(Runnable work) {
		boolean[] done = new boolean[1];
		return () -> {
			if (!done[0]) {
				done[0] = true;
				work.run();
			}
		};
	}

}
