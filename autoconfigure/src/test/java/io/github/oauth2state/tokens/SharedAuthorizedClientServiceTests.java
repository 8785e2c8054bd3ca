package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link SharedAuthorizedClientService}.
 */
@ExtendWith(OutputCaptureExtension.class)
@ParameterizedClass
@EnumSource
class SharedAuthorizedClientServiceTests {

	private static final ClientRegistration KEYCLOAK = TestTokens.registration("keycloak");

	private static final ClientRegistration MACHINE = TestTokens.machine("machine");

	private static final Instant NOW = TestTokens.NOW;

	private final RecordingStore store = new RecordingStore();

	private final TokensStack stack;

	private final OAuth2AuthorizedClientService service;

	SharedAuthorizedClientServiceTests(TokensStack stack) {
		this.stack = stack;
		this.service = service(TestTokens.OLD_KEY, "shop");
	}

	private OAuth2AuthorizedClientService service(String keys, String namespace) {
		return this.stack.service(new InMemoryClientRegistrationRepository(KEYCLOAK, MACHINE), this.store,
				TestTokens.sealer(keys, namespace), InstantSource.fixed(NOW), TestTokens.NO_LATE_TOKENS);
	}

	@Test
	void savedClientIsLoaded() {
		OAuth2AuthorizedClient saved = TestTokens.client(KEYCLOAK, "alice", "a1", "r1");
		this.service.saveAuthorizedClient(saved, TestTokens.user("alice"));
		OAuth2AuthorizedClient loaded = this.service.loadAuthorizedClient("keycloak", "alice");
		assertThat(loaded).isNotNull();
		assertThat(loaded.getClientRegistration()).isSameAs(KEYCLOAK);
		assertThat(loaded.getPrincipalName()).isEqualTo("alice");
		assertThat(loaded.getAccessToken()).isEqualTo(saved.getAccessToken());
		assertThat(loaded.getAccessToken().getScopes()).isEqualTo(saved.getAccessToken().getScopes());
		assertThat(loaded.getRefreshToken()).isEqualTo(saved.getRefreshToken());
	}

	@Test
	void whatWasNotSavedIsNotFound() {
		assertThat(load("alice")).isNull();
	}

	@Test
	void unknownRegistrationHasNoTokensAndCostsNothing() {
		login("alice", "a1", "r1");
		assertThat(this.store
			.callsDuring(() -> assertThat(this.service.<OAuth2AuthorizedClient>loadAuthorizedClient("unknown", "alice"))
				.isNull()))
			.isEmpty();
	}

	@Test
	void callsAreCounted() {
		assertThat(this.store.callsDuring(() -> load("alice"))).containsExactly("find");
		assertThat(this.store.callsDuring(() -> login("alice", "a1", "r1"))).containsExactly("putIfAbsent");
		assertThat(this.store.callsDuring(() -> login("alice", "a2", "r2"))).containsExactly("putIfAbsent", "replace");
		assertThat(this.store.callsDuring(() -> refresh("alice", "r2", "a3", "r3"))).containsExactly("find", "replace");
		assertThat(this.store.callsDuring(() -> refresh("alice", "r2", "a3", "r3"))).containsExactly("find");
		assertThat(this.store.callsDuring(() -> refuse("alice", "r3"))).containsExactly("find", "remove");
		assertThat(this.store.callsDuring(() -> remove("alice"))).containsExactly("take");
	}

	@Test
	void loginOverwritesAllStoredTokens() {
		login("alice", "a1", "r1");
		refresh("alice", "r1", "a2", "r2");
		login("alice", "b1", "s1");
		assertThat(load("alice")).isEqualTo("b1/s1");
		login("alice", "a1", "r1");
		assertThat(load("alice")).isEqualTo("a1/r1");
	}

	@Test
	void loginWithoutRefreshTokenOverwritesEvenWhatExpiresLater() {
		login("alice", "a1", "r1");
		save(TestTokens.client(KEYCLOAK, "alice", "a2", NOW.plusSeconds(1), null));
		assertThat(load("alice")).isEqualTo("a2/none");
	}

	@Test
	void loginThatMeetsAnotherSaveTriesAgain() {
		login("alice", "a1", "r1");
		this.store.beforeReplace = once(() -> login("alice", "a2", "r2"));
		login("alice", "a3", "r3");
		assertThat(load("alice")).isEqualTo("a3/r3");
	}

	@Test
	void saveThatNeverSucceedsFailsInTheEnd() {
		login("alice", "a1", "r1");
		Random random = new Random(42);
		this.store.beforeReplace = () -> this.store.records.replaceAll((key, value) -> {
			byte[] other = new byte[50];
			random.nextBytes(other);
			return other;
		});
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> login("alice", "a2", "r2"))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(StateStoreException.Reason.REJECTED));
		assertThat(this.store.calls).hasSizeLessThan(50);
	}

	@Test
	void refreshReplacesWhatItCameFrom() {
		login("alice", "a1", "r1");
		refresh("alice", "r1", "a2", "r2");
		assertThat(load("alice")).isEqualTo("a2/r2");
	}

	@Test
	void refreshThatFollowedAChainReplacesAnyOfItsSteps() {
		for (String stored : List.of("r1", "r2", "r3")) {
			login("alice", "a", stored);
			TokenLineage.noteDescent("r1", "r2");
			TokenLineage.noteDescent("r2", "r3");
			refresh("alice", "r3", "a4", "r4");
			assertThat(load("alice")).isEqualTo("a4/r4");
		}
	}

	@Test
	void pausedSaveNeverOverwritesNewerTokens() {
		login("alice", "a1", "r1");
		refresh("alice", "r1", "a2", "r2");
		refresh("alice", "r2", "a3", "r3");
		refresh("alice", "r1", "a2", "r2");
		assertThat(load("alice")).isEqualTo("a3/r3");
		login("alice", "b1", "s1");
		refresh("alice", "r3", "a4", "r4");
		assertThat(load("alice")).isEqualTo("b1/s1");
	}

	@Test
	void saveThatIsPausedInItsMiddleNeverOverwritesNewerTokens() {
		login("alice", "a1", "r1");
		this.store.beforeReplace = once(() -> {
			refresh("alice", "r1", "a2", "r2");
			refresh("alice", "r2", "a3", "r3");
		});
		refresh("alice", "r1", "a2", "r2");
		assertThat(load("alice")).isEqualTo("a3/r3");
	}

	@Test
	void refreshSavesWhereNothingIsAnyMore() {
		login("alice", "a1", "r1");
		this.store.records.clear();
		refresh("alice", "r1", "a2", "r2");
		assertThat(load("alice")).isEqualTo("a2/r2");
	}

	@Test
	void refreshWithoutRotationReplacesTheAccessToken() {
		login("alice", "a1", "r1");
		TokenLineage.noteDescent("r1", "r1");
		save(TestTokens.client(KEYCLOAK, "alice", "a2", NOW.plusSeconds(600), "r1"));
		assertThat(load("alice")).isEqualTo("a2/r1");
		TokenLineage.noteDescent("r1", "r1");
		save(TestTokens.client(KEYCLOAK, "alice", "paused", NOW.plusSeconds(599), "r1"));
		assertThat(load("alice")).isEqualTo("a2/r1");
	}

	@ParameterizedTest
	@CsvSource({ "600,599,first", "600,600,second", "600,601,second", ",600,second", "600,,second" })
	void withoutRefreshTokenWhatExpiresLaterStays(@Nullable Integer first, @Nullable Integer second, String stays) {
		save(TestTokens.client(MACHINE, "alice", "first", in(first), null));
		save(TestTokens.client(MACHINE, "alice", "second", in(second), null));
		assertThat(TestTokens.values(this.service.loadAuthorizedClient("machine", "alice"))).isEqualTo(stays + "/none");
	}

	@Test
	void adopterOfAMachinesTokenSavesNothing() {
		save(TestTokens.client(MACHINE, "alice", "a", in(600), null));
		assertThat(this.store.callsDuring(() -> save(TestTokens.client(MACHINE, "alice", "a", in(601), null))))
			.containsExactly("find");
	}

	private static @Nullable Instant in(@Nullable Integer seconds) {
		return (seconds != null) ? NOW.plusSeconds(seconds) : null;
	}

	@Test
	void removalIsUnconditional() {
		login("alice", "a1", "r1");
		login("bob", "b1", "s1");
		remove("alice");
		assertThat(load("alice")).isNull();
		assertThat(load("bob")).isEqualTo("b1/s1");
	}

	@Test
	void refusedTokenRemovesItselfAndNothingNewer() {
		login("alice", "a1", "r1");
		refuse("alice", "r0");
		assertThat(load("alice")).isEqualTo("a1/r1");
		refuse("alice", "r1");
		assertThat(load("alice")).isNull();
		save(TestTokens.client(KEYCLOAK, "alice", "a2", null));
		refuse("alice", "r1");
		assertThat(load("alice")).isEqualTo("a2/none");
	}

	@Test
	void refusedTokenRemovesNothingThatIsSavedMeanwhile() {
		login("alice", "a1", "r1");
		this.store.beforeRemove = once(() -> login("alice", "a2", "r2"));
		refuse("alice", "r1");
		assertThat(load("alice")).isEqualTo("a2/r2");
	}

	@Test
	void timeToLiveIsThatOfTheTokens() {
		login("alice", "a1", "r1");
		assertThat(this.store.ttl).isEqualTo(Duration.ofDays(30));
		save(TestTokens.client(KEYCLOAK, "alice", "a2", NOW.plusSeconds(60), null));
		assertThat(this.store.ttl).isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	void unreadableRecordIsAbsentAndTheNextSaveReplacesIt(CapturedOutput output) {
		login("alice", "a1", "planted");
		OAuth2AuthorizedClientService other = service(TestTokens.NEW_KEY, "shop");
		assertThat(TestTokens.values(other.loadAuthorizedClient("keycloak", "alice"))).isNull();
		assertThat(output).contains("Stored tokens were sealed under a key that is not among oauth2-state.tokens.keys")
			.doesNotContain("planted", "alice");
		TokenLineage.noteDescent("r1", "r2");
		other.saveAuthorizedClient(TestTokens.client(KEYCLOAK, "alice", "a2", "r2"), TestTokens.user("alice"));
		assertThat(TestTokens.values(other.loadAuthorizedClient("keycloak", "alice"))).isEqualTo("a2/r2");
	}

	@Test
	void unreadableRecordIsNotRemovedByARefusal() {
		login("alice", "a1", "r1");
		this.store.records.replaceAll((key, value) -> new byte[] { 1, 2, 3 });
		refuse("alice", "r1");
		assertThat(this.store.records).hasSize(1);
		remove("alice");
		assertThat(this.store.records).isEmpty();
	}

	@Test
	void recordOfAnotherReleaseIsAbsent(CapturedOutput output) {
		login("alice", "a1", "r1");
		this.store.records.replaceAll((key, value) -> TestTokens.seal(key, new byte[] { 1, 2, 3 }));
		assertThat(load("alice")).isNull();
		assertThat(output).contains("in a form that this release does not know");
	}

	@Test
	void floodOfUnreadableRecordsDoesNotFloodTheLog(CapturedOutput output) {
		login("alice", "a1", "r1");
		this.store.records.replaceAll((key, value) -> new byte[0]);
		for (int i = 0; i < 1000; i++) {
			load("alice");
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("Stored tokens")).count()).isBetween(1L,
				150L);
	}

	@ParameterizedTest
	@ValueSource(ints = { 8_000, 20_000, 60_000 })
	void largeTokensAreKept(int size) {
		String access = "e".repeat(size - 100) + ".";
		login("alice", access, "r1");
		assertThat(load("alice")).isEqualTo(access + "/r1");
	}

	@Test
	void tokensThatNoStoreKeepsAreRefusedWithoutShowingThem() {
		assertThatIllegalArgumentException().isThrownBy(() -> login("alice", "planted.".repeat(8_200), "r1"))
			.withMessageContainingAll("65", "at most " + TokenSealer.MAX_CONTENT)
			.satisfies((ex) -> assertThat(ex).hasMessageNotContaining("planted").hasNoCause());
		assertThat(this.store.records).isEmpty();
	}

	@Test
	void largestTokensThatAreAcceptedFitIntoAStore() {
		String largest = ".".repeat(TokenSealer.MAX_CONTENT);
		while (StoredTokens.of(TestTokens.client(KEYCLOAK, "alice", largest, "r1"))
			.write().length > TokenSealer.MAX_CONTENT) {
			largest = largest.substring(1);
		}
		login("alice", largest, "r1");
		assertThat(this.store.records.values()).allMatch((value) -> value.length <= 64 * 1024);
		assertThat(load("alice")).isEqualTo(largest + "/r1");
		String tooLarge = largest + ".";
		assertThatIllegalArgumentException().isThrownBy(() -> login("alice", tooLarge, "r1"));
	}

	@Test
	void hostileNamesAreNeverMixed() {
		List<String> names = new ArrayList<>(
				List.of("alice", "Alice", "alice ", "alicé", "alice\u0301", "?", "\uD800", "\uD801", "\uDC00", "a?",
						"a\uD800", "a\uD801", "\uFFFD", "\0", "a\r\nb", "*", "a:b", "a", "b", "' OR '1'='1",
						"\uD83D\uDE00", "55296 ", "x".repeat(10_000), "x".repeat(10_001), "../keycloak", "keycloak"));
		for (String name : names) {
			login(name, "of " + names.indexOf(name), "r");
		}
		assertThat(this.store.records).hasSameSizeAs(names);
		for (String name : names) {
			assertThat(load(name)).isEqualTo("of " + names.indexOf(name) + "/r");
		}
	}

	@Test
	void hostileRegistrationsAreNeverMixed() {
		TokenSealer sealer = TestTokens.sealer(TestTokens.OLD_KEY, "shop");
		List<String> names = List.of("a", "b", "ab", "?", "\uD800", "\uD801", "\uDC00", "\uD800\uD800",
				"x".repeat(10_000));
		List<StateKey> keys = names.stream()
			.flatMap((registration) -> names.stream().map((user) -> sealer.key(registration, user)))
			.toList();
		assertThat(Set.copyOf(keys)).hasSameSizeAs(keys);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void namesAreRequired(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> load(name));
		assertThatIllegalArgumentException().isThrownBy(() -> remove(name));
		assertThatIllegalArgumentException().isThrownBy(() -> login(name, "a1", "r1"));
	}

	@Test
	void firstKeySealsAndAllOpen() {
		login("alice", "a1", "r1");
		OAuth2AuthorizedClientService rotated = service(TestTokens.NEW_KEY + "," + TestTokens.OLD_KEY, "shop");
		assertThat(TestTokens.values(rotated.loadAuthorizedClient("keycloak", "alice"))).isEqualTo("a1/r1");
		TokenLineage.noteDescent("r1", "r2");
		rotated.saveAuthorizedClient(TestTokens.client(KEYCLOAK, "alice", "a2", "r2"), TestTokens.user("alice"));
		OAuth2AuthorizedClientService afterwards = service(TestTokens.NEW_KEY, "shop");
		assertThat(TestTokens.values(afterwards.loadAuthorizedClient("keycloak", "alice"))).isEqualTo("a2/r2");
		assertThat(load("alice")).isNull();
	}

	@Test
	void otherNamespaceHasOtherRecords() {
		login("alice", "a1", "r1");
		OAuth2AuthorizedClientService neighbour = service(TestTokens.OLD_KEY, "neighbour");
		assertThat(TestTokens.values(neighbour.loadAuthorizedClient("keycloak", "alice"))).isNull();
	}

	@Test
	void nothingIsDisclosed() {
		login("alice", "planted-access", "planted-refresh");
		assertThat(List.of(this.service, this.store.records.keySet()).toString()).doesNotContain("planted", "alice");
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

	private void login(String user, String access, String refresh) {
		save(TestTokens.client(KEYCLOAK, user, access, refresh));
	}

	private void refresh(String user, String before, String access, String after) {
		TokenLineage.noteDescent(before, after);
		login(user, access, after);
	}

	private void refuse(String user, String refresh) {
		TokenLineage.whileRefused("keycloak", user, refresh, () -> remove(user));
	}

	private void save(OAuth2AuthorizedClient client) {
		this.service.saveAuthorizedClient(client, TestTokens.user(client.getPrincipalName()));
	}

	private void remove(String user) {
		this.service.removeAuthorizedClient("keycloak", user);
	}

	private @Nullable String load(String user) {
		return TestTokens.values(this.service.loadAuthorizedClient("keycloak", user));
	}

}
