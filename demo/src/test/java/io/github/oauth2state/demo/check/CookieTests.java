package io.github.oauth2state.demo.check;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CookieTests {

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private static final URI HTTP = URI.create("http://localhost:8080/a/b");

	private static final URI HTTPS = URI.create("https://localhost/a/b");

	@Test
	void readsNameAndValue() {
		Cookie cookie = parse("name=a=b; HttpOnly; SameSite=Lax", HTTP).orElseThrow();
		assertThat(cookie.name()).isEqualTo("name");
		assertThat(cookie.value()).isEqualTo("a=b");
		assertThat(cookie.path()).isEqualTo("/a");
		assertThat(cookie.isExpired(NOW.plusSeconds(1_000_000_000))).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "Max-Age=60, 59, false", "Max-Age=60, 60, true", "Max-Age=0, 0, true", "Max-Age=-1, 0, true",
			"'max-age=60; Expires=Thu, 01 Jan 1970 00:00:10 GMT', 59, false",
			"'Expires=Thu, 01 Jan 1970 00:00:10 GMT', 0, true", "'Expires=Thu, 01 Jan 2026 00:01:00 GMT', 59, false",
			"Max-Age=soon, 0, false", "Max-Age=9223372036854775807, 0, false" })
	void expires(String attribute, long seconds, boolean expired) {
		Cookie cookie = parse("name=value; " + attribute, HTTP).orElseThrow();
		assertThat(cookie.isExpired(NOW.plusSeconds(seconds))).isEqualTo(expired);
	}

	@ParameterizedTest
	@CsvSource({ "/, /, true", "/, /a, true", "/a, /a, true", "/a, /a/b, true", "/a/, /a/b, true", "/a, /ab, false",
			"/a, /, false" })
	void isSentToItsPathAndBelow(String path, String requested, boolean sent) {
		Cookie cookie = parse("name=value; Path=" + path, HTTP).orElseThrow();
		assertThat(cookie.isSentTo(HTTP.resolve(requested))).isEqualTo(sent);
	}

	@Test
	void isSentToEveryPortOfItsHostAndNoOtherHost() {
		Cookie cookie = parse("name=value; Path=/", HTTP).orElseThrow();
		assertThat(cookie.isSentTo(URI.create("http://localhost:9000/"))).isTrue();
		assertThat(cookie.isSentTo(URI.create("http://127.0.0.1:8080/"))).isFalse();
	}

	@Test
	void isSentOverHttpsOnlyIfSecure() {
		Cookie cookie = parse("name=value; Path=/; Secure", HTTPS).orElseThrow();
		assertThat(cookie.isSentTo(HTTPS)).isTrue();
		assertThat(cookie.isSentTo(HTTP)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "name", "=value", "name=value; Secure", "name=value; Domain=example.org",
			"__Secure-name=value", "__Host-name=value; Path=/" })
	void isRefusedOverHttp(String header) {
		assertThat(parse(header, HTTP)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "__Host-name=value; Path=/", "__Host-name=value; Secure",
			"__Host-name=value; Secure; Path=/a", "__Host-name=value; Secure; Path=/; Domain=localhost" })
	void isRefusedOverHttpsIfItBreaksThePrefix(String header) {
		assertThat(parse(header, HTTPS)).isEmpty();
	}

	@Test
	void isAcceptedOverHttpsIfItKeepsThePrefix() {
		assertThat(parse("__Host-name=value; Secure; Path=/", HTTPS)).isPresent();
	}

	private static Optional<Cookie> parse(String header, URI from) {
		return Cookie.parse(header, from, NOW);
	}

}
