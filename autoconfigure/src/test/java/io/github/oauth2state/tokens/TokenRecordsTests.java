package io.github.oauth2state.tokens;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;

import io.github.oauth2state.StateKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the records of {@link SharedAuthorizedClientService}: whose they are, who can
 * read them, and what fits into one.
 */
@ExtendWith(OutputCaptureExtension.class)
@ParameterizedClass
@EnumSource
class TokenRecordsTests extends SharedTokensFixture {

	TokenRecordsTests(TokensStack stack) {
		super(stack);
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

}
