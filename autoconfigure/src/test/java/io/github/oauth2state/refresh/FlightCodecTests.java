package io.github.oauth2state.refresh;

import java.nio.ByteBuffer;
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
import io.github.oauth2state.tokens.ClientIdentity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what instances leave each other, of this and other releases, and for what an
 * attacker may leave them.
 */
class FlightCodecTests {

	private static final RefreshFlight FLIGHT = RefreshFlight.of(new PlainRefresh("f.0"), "f.0", TestInstance.SETTINGS);

	private static final FlightTokens TOKENS = new FlightTokens("access", "Bearer",
			Instant.parse("2026-01-02T03:00:00.678Z"), Instant.parse("2026-01-02T03:04:05.678Z"),
			Set.of("openid", "read"), "f.1", Map.of("id_token", "a.b.c", "number", 1800, "list", List.of("x", 2L)),
			Set.of("read"));

	@Test
	void tokensComeBackAsTheyWere() {
		assertThat(FlightCodec.read(FLIGHT, FlightCodec.write(FLIGHT, TOKENS))).isEqualTo(TOKENS);
	}

	@Test
	void errorComesBackAsItWas() {
		OAuth2Error error = new OAuth2Error("server_error", "Something", "https://example.com");
		FlightRecord read = FlightCodec.read(FLIGHT, FlightCodec.write(FLIGHT, error));
		assertThat(read).isInstanceOfSatisfying(FlightRecord.Failure.class,
				(failure) -> assertThat(failure.error()).usingRecursiveComparison().isEqualTo(error));
	}

	@Test
	void errorWithoutDescriptionComesBackAsItWas() {
		FlightRecord read = FlightCodec.read(FLIGHT, FlightCodec.write(FLIGHT, new OAuth2Error("invalid_grant")));
		assertThat(read).isInstanceOfSatisfying(FlightRecord.Failure.class,
				(failure) -> assertThat(failure.error().getDescription()).isNull());
	}

	@Test
	void leasesDiffer() {
		assertThat(FlightCodec.newLease()).isNotEqualTo(FlightCodec.newLease());
		assertThat(FlightCodec.read(FLIGHT, FlightCodec.newLease())).isInstanceOf(FlightRecord.Lease.class);
	}

	@Test
	void entryOfALaterReleaseIsSkipped() {
		Map<String, Object> entries = new LinkedHashMap<>(Map.of("access", "access", "type", "Bearer", "expires",
				TOKENS.expiresAt(), "scopes", Set.of("read"), "additional", Map.of(), "asked", Set.of()));
		entries.put("refresh", "f.1");
		entries.put("later", List.of(1, 2));
		assertThat(FlightCodec.read(FLIGHT, sealed(CborRecord.write(entries)))).isInstanceOf(FlightTokens.class);
	}

	@Test
	void recordWithoutSomethingIsUnreadable() {
		for (String missing : List.of("access", "type", "expires", "scopes", "additional", "asked")) {
			Map<String, Object> entries = new LinkedHashMap<>(Map.of("access", "access", "type", "Bearer", "expires",
					TOKENS.expiresAt(), "scopes", Set.of("read"), "additional", Map.of(), "asked", Set.of()));
			entries.remove(missing);
			assertThat(FlightCodec.read(FLIGHT, sealed(CborRecord.write(entries)))).as("without %s", missing)
				.isInstanceOf(FlightRecord.Unreadable.class);
			entries.put(missing, 5);
			assertThat(FlightCodec.read(FLIGHT, sealed(CborRecord.write(entries)))).as("other %s", missing)
				.isInstanceOf(FlightRecord.Unreadable.class);
		}
	}

	@Test
	void anyBytesAreRead() {
		byte[] written = FlightCodec.write(FLIGHT, TOKENS);
		Fuzz.tries((random) -> {
			byte[] bytes = RandomInputs.bytes(random, RandomInputs.upTo(random, 80));
			assertThat(FlightCodec.read(FLIGHT, bytes)).isNotInstanceOf(FlightTokens.class);
			assertThat(FlightCodec.read(FLIGHT, sealed(bytes))).isNotInstanceOf(FlightTokens.class);
			byte[] altered = written.clone();
			altered[1 + random.nextInt(altered.length - 1)] ^= (byte) (1 << random.nextInt(8));
			assertThat(FlightCodec.read(FLIGHT, altered)).isInstanceOf(FlightRecord.Unreadable.class);
		});
	}

	@Test
	void textsHideWhatIsSecret() {
		assertThat(TOKENS + "" + FLIGHT
				+ new LocalKey(new ClientIdentity("idp", "app", "uri"), "alice", "access", "f.0", Set.of()))
			.doesNotContain("access", "f.0", "f.1", "a.b.c");
	}

	private static byte[] sealed(byte[] content) {
		byte[] sealed = FLIGHT.seal(content);
		return ByteBuffer.allocate(1 + sealed.length).put((byte) 2).put(sealed).array();
	}

}
