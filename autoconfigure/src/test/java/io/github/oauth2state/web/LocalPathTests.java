package io.github.oauth2state.web;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BrowserRequest#isLocalPath}.
 */
class LocalPathTests {

	@ParameterizedTest
	@ValueSource(strings = { "/", "/a", "/oauth2/authorization/keycloak", "/app/oauth2/authorization/x?a=b&c=%20d",
			"/a//b", "/a?next=//evil.example", "/a?next=https://evil.example", "/a:b", "/@evil.example", "/%2f%2fevil",
			"/%5cevil", "/a#b", "/~!$&'()*+,;=" })
	void pathOfThisAppIsLocal(String path) {
		assertThat(BrowserRequest.isLocalPath(path)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a", "?a", "#a", "//", "//evil.example", "///evil.example", "/\\evil.example",
			"\\/evil.example", "\\\\evil.example", "/a\\b", "https://evil.example", "https:/evil.example",
			"HTTPS://evil.example", "javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", " /a", "/a ",
			"/a b", "/\t/evil.example", "/\n/evil.example", "/\r\nLocation: https://evil.example", "/a\u0000b",
			"/a\u007f", "/caf\u00e9", "/\u2028", "/\uff0fevil.example", "\uff0f\uff0fevil.example", "/\ud83d\ude00",
			"/\ud800" })
	void anythingElseIsNot(String path) {
		assertThat(BrowserRequest.isLocalPath(path)).isFalse();
	}

	@Test
	void longPathIsNoProblem() {
		assertThat(BrowserRequest.isLocalPath("/" + "a".repeat(1_000_000))).isTrue();
		assertThat(BrowserRequest.isLocalPath("/" + "a".repeat(1_000_000) + "\n")).isFalse();
	}

}
