package io.github.oauth2state.login;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

import io.github.oauth2state.web.WebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ClientChains}.
 */
class ClientChainsTests {

	private static final String SIGN_IN = "https://app.example/login/oauth2/code/idp";

	private final WebExchange exchange = mock();

	private final ClientChains chains = new ClientChains();

	@ParameterizedTest
	@CsvSource({ "/login/oauth2/code/*, '', https://app.example/login/oauth2/code/idp",
			"/login/oauth2/code/*, '', http://localhost:8080/login/oauth2/code/idp",
			"/login/oauth2/code/*, /shop, https://app.example/shop/login/oauth2/code/idp",
			"/login/oauth2/code/{registrationId}, '', https://app.example/login/oauth2/code/idp?tab=1",
			"/cb, '', https://app.example/cb" })
	void loginThatSignsAUserInIsNoAuthorization(String pattern, String contextPath, String redirectUri) {
		assertThat(mayReceive(pattern, contextPath, redirectUri)).isFalse();
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
	void loginThatComesBackElsewhereMayBeAnAuthorization(String pattern, String contextPath, String redirectUri) {
		assertThat(mayReceive(pattern, contextPath, redirectUri)).isTrue();
	}

	@Test
	void loginWithoutARedirectUriMayBeAnAuthorization() {
		assertThat(mayReceive("/**", "", null)).isTrue();
	}

	@Test
	void pathThatIsNotKnownMayBeThatOfAClient() {
		this.chains.add(this);
		assertThat(this.chains.mayReceive(this, null, login(SIGN_IN), this.exchange)).isTrue();
	}

	@Test
	void anotherChainThatAuthorizesClientsMayReceiveAnyLogin() {
		given(this.exchange.contextPath()).willReturn("");
		PathPattern path = PathPatternParser.defaultInstance.parse("/login/oauth2/code/*");
		assertThat(this.chains.isEmpty()).isTrue();
		assertThat(this.chains.mayReceive(this, null, login("https://app.example/authorized"), this.exchange))
			.isFalse();
		this.chains.add(this);
		this.chains.add(this);
		assertThat(this.chains.isEmpty()).isFalse();
		assertThat(this.chains.mayReceive(this, path, login(SIGN_IN), this.exchange)).isFalse();
		assertThat(this.chains.mayReceive("login only", path, login(SIGN_IN), this.exchange)).isTrue();
		this.chains.add("another");
		assertThat(this.chains.mayReceive(this, path, login(SIGN_IN), this.exchange)).isTrue();
	}

	private boolean mayReceive(String pattern, String contextPath, @Nullable String redirectUri) {
		given(this.exchange.contextPath()).willReturn(contextPath);
		this.chains.add(this);
		return this.chains.mayReceive(this, PathPatternParser.defaultInstance.parse(pattern), login(redirectUri),
				this.exchange);
	}

	private static OAuth2AuthorizationRequest login(@Nullable String redirectUri) {
		return OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://idp.example/authorize")
			.clientId("app")
			.redirectUri(redirectUri)
			.build();
	}

}
