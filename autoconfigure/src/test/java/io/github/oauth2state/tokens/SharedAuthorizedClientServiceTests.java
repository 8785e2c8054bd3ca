package io.github.oauth2state.tokens;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;

import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SharedAuthorizedClientService}: which of the tokens that are saved it
 * keeps, and for how long.
 */
@ParameterizedClass
@EnumSource
class SharedAuthorizedClientServiceTests extends SharedTokensFixture {

	SharedAuthorizedClientServiceTests(TokensStack stack) {
		super(stack);
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
