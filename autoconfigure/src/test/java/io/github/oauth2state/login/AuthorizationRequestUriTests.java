package io.github.oauth2state.login;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuthorizationRequestUri}.
 */
class AuthorizationRequestUriTests {

	private static final String ENDPOINT = "https://id.example.com/authorize";

	@ParameterizedTest
	@ValueSource(strings = { "", "plain", "a b", "a+b", "a%20b", "a%b", "a=b&c=d", "#[]{}|\\^`<>\"",
			"-._~:/?@!$'()*+,;", "\u00e4\u00f6\u00fc", "\u20ac \ud83d\ude00", "{name}", "\u0000\n" })
	void uriIsThatOfSpringSecurity(String text) {
		assertThat(AuthorizationRequestUri.isAssembled(request(ENDPOINT).clientId(text.isEmpty() ? "client" : text)
			.state("state" + text)
			.redirectUri("https://app.example.com/callback?" + text)
			.scope("openid", "profile" + text)
			.additionalParameters(Map.of("name" + text, text, "number", 7, "flag", true))
			.build())).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "https://id.example.com/authorize?tenant=a", "https://id.example.com:8443/authorize",
			"http://[::1]:8080/authorize" })
	void uriOfAnotherEndpointIsThatOfSpringSecurity(String endpoint) {
		assertThat(AuthorizationRequestUri.isAssembled(request(endpoint).build())).isTrue();
	}

	@Test
	void whatIsNotGivenIsLeftOut() {
		assertThat(AuthorizationRequestUri.isAssembled(
				OAuth2AuthorizationRequest.authorizationCode().authorizationUri(ENDPOINT).clientId("id").build()))
			.isTrue();
	}

	@Test
	void uriOfTheAppIsAnotherOne() {
		assertThat(AuthorizationRequestUri.isAssembled(
				request(ENDPOINT).authorizationRequestUri((uri) -> uri.queryParam("more", "1").build()).build()))
			.isFalse();
		assertThat(AuthorizationRequestUri.isAssembled(request(ENDPOINT).authorizationRequestUri(ENDPOINT).build()))
			.isFalse();
	}

	private static OAuth2AuthorizationRequest.Builder request(String endpoint) {
		return OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri(endpoint)
			.clientId("client")
			.state("state")
			.redirectUri("https://app.example.com/callback")
			.scope("openid");
	}

}
