package io.github.oauth2state.login.servlet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServletExchange#isNavigation}.
 */
class NavigationTests {

	@ParameterizedTest
	@CsvSource({ "navigate, document", "navigate, iframe", "navigate, frame", "navigate, empty", "Navigate, ",
			", document", "same-origin, document", "nested-navigate, nested-document", "navigate, object" })
	void pageAndFrameAreNavigations(String mode, String destination) {
		assertThat(isNavigation(mode, destination)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "cors, empty", "no-cors, image", "same-origin, empty", "no-cors, script", "websocket, websocket",
			"no-cors, ", ", empty", ", image", "cors, font", "'', ''" })
	void scriptsAndPartsOfAPageAreNot(String mode, String destination) {
		assertThat(isNavigation(mode, destination)).isFalse();
	}

	@Test
	void clientThatSaysNothingIsBelievedToShowPages() {
		assertThat(new ServletExchange(new MockHttpServletRequest()).isNavigation()).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "text/*",
			"application/json, text/html", "application/json, */*", "text/plain", "''", "nonsense", "image/png" })
	void clientThatMayShowTheAnswerIsBelievedToShowPages(String accept) {
		assertThat(acceptIsNavigation(accept)).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "application/json", "application/json, text/plain", "application/hal+json",
			"APPLICATION/JSON;q=0.9", "application/problem+json, application/json" })
	void clientThatAsksForJsonIsNone(String accept) {
		assertThat(acceptIsNavigation(accept)).isFalse();
	}

	@Test
	void scriptOfAnOldBrowserIsNone() {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("X-Requested-With", "XMLHttpRequest");
		assertThat(new ServletExchange(request).isNavigation()).isFalse();
	}

	@Test
	void browserKnowsBetterThanItsScripts() {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("X-Requested-With", "XMLHttpRequest");
		request.addHeader("Accept", "application/json");
		request.addHeader("Sec-Fetch-Mode", "navigate");
		assertThat(new ServletExchange(request).isNavigation()).isTrue();
	}

	private static boolean isNavigation(String mode, String destination) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		if (mode != null) {
			request.addHeader("Sec-Fetch-Mode", mode);
		}
		if (destination != null) {
			request.addHeader("Sec-Fetch-Dest", destination);
		}
		return new ServletExchange(request).isNavigation();
	}

	private static boolean acceptIsNavigation(String accept) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("Accept", accept);
		return new ServletExchange(request).isNavigation();
	}

}
