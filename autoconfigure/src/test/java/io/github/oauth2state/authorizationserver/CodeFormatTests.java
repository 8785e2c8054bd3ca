package io.github.oauth2state.authorizationserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.CborRecord;
import io.github.oauth2state.record.OtherVersion;
import io.github.oauth2state.record.Seal;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records of codes that other releases write and this one must read: instances of two
 * releases run side by side during an upgrade, and replaced refresh tokens are recognized
 * for weeks. The recorded file is never changed: a new format gets a file of its own.
 */
class CodeFormatTests {

	private final Recorded recorded = new Recorded();

	private final CodeStore store = new CodeStore();

	private final CodeLedger ledger = new CodeLedger(this.store, this.recorded.get("namespace"), Duration.ofDays(1));

	@ParameterizedTest
	@ValueSource(strings = { "code", "refresh_token", "device_code", "user_code", "state" })
	void usedCodeOfTheFormatIsRecognized(String type) {
		put("used." + type);
		assertThat(this.ledger.find(type, this.recorded.get("used." + type)).map(CodeRecord::usedBy))
			.contains("recorded-authorization");
	}

	@ParameterizedTest
	@CsvSource({ "code", "state" })
	void pendingAuthorizationOfTheFormatIsRead(String type) {
		put("pending." + type);
		TestService service = new TestService();
		OAuth2Authorization found = new PendingAuthorizations(service, this.ledger, new CodeEventPublisher(List::of),
				true)
			.find(this.recorded.get("pending." + type), type.equals("code") ? TestCodes.CODE : TestCodes.STATE);
		assertThat(found.getId()).isEqualTo("recorded-authorization");
		assertThat(found.getRegisteredClientId()).isEqualTo("id-shop");
		assertThat(found.getPrincipalName()).isEqualTo("alice");
		assertThat(found.getAuthorizedScopes()).containsExactly("profile");
		assertThat(found.<Principal>getAttribute(Principal.class.getName())).isEqualTo(TestCodes.user());
		assertThat(found.<OAuth2AuthorizationRequest>getAttribute(OAuth2AuthorizationRequest.class.getName()))
			.usingRecursiveComparison()
			.ignoringFields("authorizationRequestUri")
			.isEqualTo(TestCodes.request());
		if (type.equals("code")) {
			assertThat(TestCodes.code(found).getExpiresAt()).isEqualTo(Instant.parse("2026-01-02T03:09:05.123456789Z"));
		}
	}

	@Test
	void usedCodeOfTheNextFormatIsRecognized() {
		put(2, Map.of("used", "recorded-authorization", "later", "two"));
		assertThat(this.ledger.find("code", "later-code").map(CodeRecord::usedBy)).contains("recorded-authorization");
	}

	/**
	 * What it tells is not known, but nobody else can claim the code.
	 */
	@Test
	void usedCodeOfAFormatTwoAheadStaysUsed() {
		put(3, Map.of("used", "recorded-authorization"));
		assertThat(this.ledger.find("code", "later-code").map(CodeRecord::usedBy)).isEmpty();
		assertThat(this.ledger.put("code", "later-code", Map.of(), Duration.ofMinutes(1), null)).isFalse();
	}

	@Test
	void thisReleaseWritesTheFormat() {
		assertThat(CborRecord.write(Map.of("used", "recorded-authorization")))
			.isEqualTo(this.recorded.bytes("used.content"));
		this.ledger.put("code", this.recorded.get("used.code"), Map.of("used", "recorded-authorization"),
				Duration.ofMinutes(1), null);
		this.store.records().forEach((key, record) -> {
			assertThat(key.toByteArray()).isEqualTo(this.recorded.bytes("used.code.key"));
			assertThat(record).hasSameSizeAs(this.recorded.bytes("used.code.record")).startsWith(1);
		});
		Map<String, Object> content = new AuthorizationCodec().write(pending()).orElseThrow();
		assertThat(content.keySet())
			.containsExactlyInAnyOrderElementsOf(List.of(this.recorded.get("pending.entries").split(",")));
	}

	static OAuth2Authorization pending() {
		return OAuth2Authorization.from(TestCodes.withCode()).id("recorded-authorization").build();
	}

	private void put(String name) {
		String type = name.substring(name.indexOf('.') + 1);
		StateKey key = StateKey.of(this.recorded.get("namespace"), "used-" + type, this.recorded.get(name));
		assertThat(key.toByteArray()).isEqualTo(this.recorded.bytes(name + ".key"));
		this.store.put(key, this.recorded.bytes(name + ".record"), Duration.ofMinutes(1));
	}

	private void put(int version, Map<String, Object> content) {
		StateKey key = StateKey.of("shop", "used-code", "later-code");
		byte[] secret = "later-code".getBytes(StandardCharsets.UTF_8);
		this.store.put(key, OtherVersion.seal(version, Seal.key("used-code", "shop", "", secret),
				CborRecord.write(new TreeMap<>(content))), Duration.ofMinutes(1));
	}

	/**
	 * What a release left in a store.
	 */
	private static final class Recorded {

		private final Properties properties = new Properties();

		Recorded() {
			try (InputStream input = CodeFormatTests.class.getResourceAsStream("format-1.properties")) {
				this.properties.load(input);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		String get(String name) {
			return this.properties.getProperty(name);
		}

		byte[] bytes(String name) {
			return HexFormat.of().parseHex(get(name));
		}

	}

}
