package io.github.oauth2state.login;

import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.web.BrowserRequest;

/**
 * Authorization requests and the HTTP requests that begin and end their logins.
 */
final class TestRequests {

	static final LoginEventPublisher NO_EVENTS = new LoginEventPublisher("one", "redis", List.of());

	static final String REGISTRATION_ID = "keycloak";

	static final String BEGIN_PATH = "/oauth2/authorization/keycloak";

	static final String CALLBACK_PATH = "/login/oauth2/code/keycloak";

	private TestRequests() {
	}

	/**
	 * Returns what Spring Security saves for an OpenID Connect login with PKCE.
	 */
	static OAuth2AuthorizationRequest oidc() {
		return oidc((builder) -> {
		});
	}

	static OAuth2AuthorizationRequest oidc(Consumer<OAuth2AuthorizationRequest.Builder> customizer) {
		ClientRegistration registration = ClientRegistration.withRegistrationId(REGISTRATION_ID)
			.clientId("online-shop")
			.clientSecret("client-secret")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("{baseUrl}/{action}/oauth2/code/{registrationId}")
			.scope("openid", "profile", "email")
			.authorizationUri("https://id.example.com/realms/example/protocol/openid-connect/auth")
			.tokenUri("https://id.example.com/realms/example/protocol/openid-connect/token")
			.build();
		DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
				new InMemoryClientRegistrationRepository(registration));
		resolver
			.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce().andThen(customizer));
		MockHttpServletRequest request = new MockHttpServletRequest("GET", BEGIN_PATH);
		request.setScheme("https");
		request.setServerName("shop.example.com");
		request.setServerPort(443);
		return resolver.resolve(request);
	}

	/**
	 * Begins a plain OAuth 2.0 request with nothing but what it must have.
	 */
	static OAuth2AuthorizationRequest.Builder plain() {
		return OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://id.example.com/authorize")
			.clientId("online-shop")
			.state("a-state");
	}

	static OAuth2AuthorizationRequest withAttribute(String name, Object value) {
		Map<String, Object> attributes = new LinkedHashMap<>();
		attributes.put(name, value);
		return plain().attributes(attributes).build();
	}

	static OAuth2AuthorizationRequest posted() {
		return oidc((builder) -> builder
			.additionalParameters((parameters) -> parameters.put("response_mode", "form_post")));
	}

	static BrowserRequest https(String path) {
		return https(path, Map.of());
	}

	static BrowserRequest https(String path, Map<String, String> cookies) {
		return new BrowserRequest(true, path, false, cookies);
	}

	static BrowserRequest http(String path) {
		return new BrowserRequest(false, path, false, Map.of());
	}

	static LoginSealer sealer(String namespace) {
		return new LoginSealer(PendingLoginsFixture.settings(namespace), new CborAuthorizationRequestCodec(), null,
				Clock.systemUTC());
	}

	/**
	 * Returns the request of which bytes were recorded: it has attributes of many types.
	 */
	static OAuth2AuthorizationRequest recorded() {
		Map<String, Object> attributes = new LinkedHashMap<>();
		attributes.put("registration_id", "keycloak");
		attributes.put("nonce", "n".repeat(43).replaceAll("n$", "k"));
		attributes.put("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
		attributes.put("long", 7L);
		attributes.put("nested", List.of(Map.of("a", Set.of(true)), URI.create("urn:b"), 1.5));
		attributes.put("null", null);
		return plain().redirectUri("https://shop.example.com/login/oauth2/code/keycloak")
			.scope("openid", "email")
			.attributes(attributes)
			.additionalParameters((parameters) -> {
				parameters.put("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
				parameters.put("code_challenge_method", "S256");
				parameters.put("prompt", "login");
			})
			.authorizationRequestUri("https://id.example.com/elsewhere")
			.build();
	}

}
