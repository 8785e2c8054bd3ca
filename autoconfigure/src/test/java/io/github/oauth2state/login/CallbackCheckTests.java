package io.github.oauth2state.login;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.pattern.PathPatternParser;

import io.github.oauth2state.web.WebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CallbackCheck}.
 */
class CallbackCheckTests {

	private final WebExchange exchange = mock();

	@ParameterizedTest
	@CsvSource({ "/login/oauth2/code/*, '', https://app.example/login/oauth2/code/idp",
			"/login/oauth2/code/*, '', http://localhost:8080/login/oauth2/code/idp",
			"/login/oauth2/code/*, /shop, https://app.example/shop/login/oauth2/code/idp",
			"/login/oauth2/code/{registrationId}, '', https://app.example/login/oauth2/code/idp?tab=1",
			"/cb, '', https://app.example/cb" })
	void loginSignsIn(String pattern, String contextPath, String redirectUri) {
		assertThat(isSignIn(pattern, contextPath, redirectUri)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "/login/oauth2/code/*, '', https://app.example/authorized",
			"/login/oauth2/code/*, '', https://app.example/login/oauth2/code/idp/more",
			"/login/oauth2/code/*, '', https://app.example/authorized?next=/login/oauth2/code/idp",
			"/login/oauth2/code/*, /shop, https://app.example/login/oauth2/code/idp",
			"/login/oauth2/code/*, '', https://app.example/proxied/login/oauth2/code/idp",
			"/login/oauth2/code/*, '', https://app.example?next=/login/oauth2/code/idp",
			"/login/oauth2/code/*, '', https://app.example/login/oauth2/code/%zz",
			"/login/oauth2/code/*, '', https://app.example", "/login/oauth2/code/*, '', /login/oauth2/code/idp",
			"/login/oauth2/code/*, '', urn:ietf:wg:oauth:2.0:oob" })
	void authorizationSignsNobodyIn(String pattern, String contextPath, String redirectUri) {
		assertThat(isSignIn(pattern, contextPath, redirectUri)).isFalse();
	}

	@Test
	void authorizationWithoutARedirectUriSignsNobodyIn() {
		assertThat(isSignIn("/**", "", null)).isFalse();
	}

	private boolean isSignIn(String pattern, String contextPath, @Nullable String redirectUri) {
		given(this.exchange.contextPath()).willReturn(contextPath);
		return CallbackCheck.isSignIn(OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://idp.example/authorize")
			.clientId("app")
			.redirectUri(redirectUri)
			.build(), PathPatternParser.defaultInstance.parse(pattern), this.exchange);
	}

}
