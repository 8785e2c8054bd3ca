package io.github.oauth2state.refresh;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2Error;

import io.github.oauth2state.fuzz.Fuzz;
import io.github.oauth2state.fuzz.RandomInputs;
import io.github.oauth2state.record.CborRecord;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records that instances of this and other releases read, and records of an attacker.
 */
class RefreshRecordTests {

	private static final StoredRefresh ENTRY = TestInstance.entry("f.0", new SpiedStore());

	private static final RefreshedTokens TOKENS = new RefreshedTokens("access", "Bearer",
			Instant.parse("2026-01-02T03:00:00.678Z"), Instant.parse("2026-01-02T03:04:05.678Z"),
			Set.of("openid", "read"), "f.1", Map.of("id_token", "a.b.c", "number", 1800, "list", List.of("x", 2L)),
			Set.of("read"));

	@Test
	void tokensComeBackAsTheyWere() {
		assertThat(ENTRY.read(ENTRY.seal(TOKENS))).isEqualTo(TOKENS);
	}

	@Test
	void errorComesBackAsItWas() {
		OAuth2Error error = new OAuth2Error("server_error", "Something", "https://example.com");
		RefreshRecord read = ENTRY.read(ENTRY.seal(new RefreshRecord.Failure(error)));
		assertThat(read).isInstanceOfSatisfying(RefreshRecord.Failure.class,
				(failure) -> assertThat(failure.error()).usingRecursiveComparison().isEqualTo(error));
	}

	@Test
	void errorWithoutDescriptionComesBackAsItWas() {
		RefreshRecord read = ENTRY.read(ENTRY.seal(new RefreshRecord.Failure(new OAuth2Error("invalid_grant"))));
		assertThat(read).isInstanceOfSatisfying(RefreshRecord.Failure.class,
				(failure) -> assertThat(failure.error().getDescription()).isNull());
	}

	@Test
	void leasesDiffer() {
		assertThat(StoredRefresh.newLease()).isNotEqualTo(StoredRefresh.newLease());
		assertThat(ENTRY.read(StoredRefresh.newLease())).isInstanceOf(RefreshRecord.Lease.class);
	}

	@Test
	void entryOfALaterReleaseIsSkipped() {
		Map<String, Object> entries = new LinkedHashMap<>(Map.of("access", "access", "type", "Bearer", "expires",
				TOKENS.expiresAt(), "scopes", Set.of("read"), "additional", Map.of(), "asked", Set.of()));
		entries.put("refresh", "f.1");
		entries.put("later", List.of(1, 2));
		assertThat(ENTRY.read(ENTRY.seal(CborRecord.write(entries)))).isInstanceOf(RefreshedTokens.class);
	}

	@Test
	void recordWithoutSomethingIsUnreadable() {
		for (String missing : List.of("access", "type", "expires", "scopes", "additional", "asked")) {
			Map<String, Object> entries = new LinkedHashMap<>(Map.of("access", "access", "type", "Bearer", "expires",
					TOKENS.expiresAt(), "scopes", Set.of("read"), "additional", Map.of(), "asked", Set.of()));
			entries.remove(missing);
			assertThat(ENTRY.read(ENTRY.seal(CborRecord.write(entries)))).as("without %s", missing)
				.isInstanceOf(RefreshRecord.Unreadable.class);
			entries.put(missing, 5);
			assertThat(ENTRY.read(ENTRY.seal(CborRecord.write(entries)))).as("other %s", missing)
				.isInstanceOf(RefreshRecord.Unreadable.class);
		}
	}

	@Test
	void anyBytesAreRead() {
		byte[] written = ENTRY.seal(TOKENS);
		Fuzz.tries((random) -> {
			byte[] bytes = RandomInputs.bytes(random, RandomInputs.upTo(random, 80));
			assertThat(ENTRY.read(bytes)).isNotInstanceOf(RefreshedTokens.class);
			assertThat(ENTRY.read(ENTRY.seal(bytes))).isNotInstanceOf(RefreshedTokens.class);
			byte[] altered = written.clone();
			altered[1 + random.nextInt(altered.length - 1)] ^= (byte) (1 << random.nextInt(8));
			assertThat(ENTRY.read(altered)).isInstanceOf(RefreshRecord.Unreadable.class);
		});
	}

	@Test
	void textsHideWhatIsSecret() {
		assertThat(TOKENS + "" + ENTRY + TestInstance.key("f.0")
				+ new LocalCoordinator.Key(new ClientIdentity("idp", "app", "uri"), "alice", "access", "f.0", Set.of()))
			.doesNotContain("access", "f.0", "f.1", "a.b.c");
	}

}
