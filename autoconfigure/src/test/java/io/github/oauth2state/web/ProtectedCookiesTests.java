package io.github.oauth2state.web;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ProtectedCookies}.
 */
class ProtectedCookiesTests {

	private static final Map<String, String> COOKIES = Map.of("__Host-a", "1", "plain", "2");

	@ParameterizedTest
	@ValueSource(strings = { "__Host-a=1; plain=2", "plain=2;__Host-a=1", "plain=2; \t __Host-a=1 ",
			"x; ; =; __Host-a=1; __Host-a=3", "__host-a=3; __Host-a=1" })
	void protectedCookieIsThatOfTheHeader(String header) {
		assertThat(ProtectedCookies.read(COOKIES, List.of(header))).isEqualTo(COOKIES);
	}

	@ParameterizedTest
	@ValueSource(strings = { ",__Host-a=1", "plain=2; ,__Host-a=1", "plain=2, __Host-a=1", "\u00a0__Host-a=1",
			"\"__Host-a=1", "$Version=1, __Host-a=1", "__host-a=1", "__Host-a", "x__Host-a=1", "=__Host-a=1", "" })
	void otherCookieIsNotTakenForIt(String header) {
		assertThat(ProtectedCookies.read(COOKIES, List.of(header))).isEqualTo(Map.of("plain", "2"));
	}

	@Test
	void plantedCookieDoesNotReplaceTheOneThatTheHeaderHas() {
		assertThat(ProtectedCookies.read(Map.of("__Host-a", "planted"), List.of(",__Host-a=planted", "__Host-a=1")))
			.isEqualTo(Map.of("__Host-a", "1"));
	}

	@Test
	void secureCookieIsProtectedToo() {
		assertThat(ProtectedCookies.read(Map.of("__Secure-a", "1"), List.of(",__Secure-a=1"))).isEmpty();
	}

	@Test
	void cookiesThatDoNotComeFromTheHeaderAreKept() {
		assertThat(ProtectedCookies.read(COOKIES, List.of())).isEqualTo(COOKIES);
	}

}
