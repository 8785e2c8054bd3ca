package io.github.oauth2state.authorizationserver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.filter.OncePerRequestFilter;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;

/**
 * An authorization server without a web server, and what its clients and users send. The
 * client "plain" needs no consent, "consent" needs one, "reusing" keeps its refresh
 * tokens, and "other" is somebody else's.
 */
final class TestProvider {

	static final String REDIRECT_URI = "https://shop.example/callback";

	private static final String USER = "X-User";

	private static final String VERIFIER = "v".repeat(64);

	static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(OAuth2StateAutoConfiguration.class,
			AuthorizationServerAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
			StateStoreAutoConfiguration.class);

	/**
	 * An app without a server: add one of the configurations below.
	 */
	static final WebApplicationContextRunner APP = new WebApplicationContextRunner().withConfiguration(CONFIGURATIONS);

	private final MockMvc http;

	TestProvider(ApplicationContext context) {
		this.http = MockMvcBuilders.webAppContextSetup((WebApplicationContext) context)
			.addFilters(context.getBean("springSecurityFilterChain", Filter.class))
			.build();
	}

	MockHttpServletResponse authorize(String client) {
		return send(MockMvcRequestBuilders.get("/oauth2/authorize")
			.queryParam("response_type", "code")
			.queryParam("client_id", client)
			.queryParam("redirect_uri", REDIRECT_URI)
			.queryParam("scope", "profile")
			.queryParam("state", "state-of-client")
			.queryParam("code_challenge", challenge())
			.queryParam("code_challenge_method", "S256")
			.header(USER, "alice")
			.accept("text/html"));
	}

	String code(String client) {
		return code(authorize(client));
	}

	static String code(MockHttpServletResponse response) {
		return find(response.getHeader(HttpHeaders.LOCATION), "[?&]code=([^&]+)");
	}

	MockHttpServletResponse consent(String client, String state, String... scopes) {
		return send(MockMvcRequestBuilders.post("/oauth2/authorize")
			.param("client_id", client)
			.param("state", state)
			.param("scope", scopes)
			.header(USER, "alice"));
	}

	static String state(MockHttpServletResponse page) {
		return find(body(page), "name=\"state\" value=\"([^\"]+)\"");
	}

	/**
	 * Pushes an authorization request. The server cannot read a few of its own request
	 * URIs: those whose random part contains the delimiter.
	 * @return the answer, with a request URI that the server can read
	 */
	MockHttpServletResponse push(String client) {
		MockHttpServletResponse pushed;
		String uri;
		do {
			pushed = post(client, "/oauth2/par",
					Map.of("response_type", "code", "client_id", client, "redirect_uri", REDIRECT_URI, "scope",
							"profile", "state", "state-of-client", "code_challenge", challenge(),
							"code_challenge_method", "S256"));
			uri = json(pushed, "request_uri");
		}
		while (uri.indexOf("___") != uri.lastIndexOf("___"));
		return pushed;
	}

	MockHttpServletResponse authorizePushed(String client, String requestUri) {
		return send(MockMvcRequestBuilders.get("/oauth2/authorize")
			.queryParam("client_id", client)
			.queryParam("request_uri", requestUri)
			.header(USER, "alice")
			.accept("text/html"));
	}

	MockHttpServletResponse redeem(String client, String code) {
		return redeem(client, code, VERIFIER, REDIRECT_URI);
	}

	MockHttpServletResponse redeem(String client, String code, String verifier, String redirectUri) {
		return post(client, "/oauth2/token", Map.of("grant_type", "authorization_code", "code", code, "redirect_uri",
				redirectUri, "code_verifier", verifier));
	}

	MockHttpServletResponse refresh(String client, String refreshToken) {
		return post(client, "/oauth2/token", Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
	}

	boolean isActive(String client, String token) {
		return body(post(client, "/oauth2/introspect", Map.of("token", token))).contains("\"active\":true");
	}

	MockHttpServletResponse post(String client, String path, Map<String, String> parameters) {
		String credentials = client + ":secret-" + client;
		MockHttpServletRequestBuilder request = MockMvcRequestBuilders.post(path)
			.header(HttpHeaders.AUTHORIZATION,
					"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII)));
		parameters.forEach(request::param);
		return send(request);
	}

	MockHttpServletResponse verifyDevice(String userCode) {
		return send(MockMvcRequestBuilders.post("/oauth2/device_verification")
			.param("user_code", userCode)
			.header(USER, "alice"));
	}

	MockHttpServletResponse consentDevice(String client, String state, String userCode, String scope) {
		return send(MockMvcRequestBuilders.post("/oauth2/device_verification")
			.param("client_id", client)
			.param("user_code", userCode)
			.param("state", state)
			.param("scope", scope)
			.header(USER, "alice"));
	}

	private MockHttpServletResponse send(MockHttpServletRequestBuilder request) {
		try {
			return this.http.perform(request).andReturn().getResponse();
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String json(MockHttpServletResponse response, String name) {
		return find(body(response), "\"" + name + "\":\"([^\"]+)\"");
	}

	static String body(MockHttpServletResponse response) {
		return new String(response.getContentAsByteArray(), StandardCharsets.UTF_8);
	}

	private static String find(String text, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(String.valueOf(text));
		if (!matcher.find()) {
			throw new IllegalStateException("No " + pattern + " in " + text);
		}
		return matcher.group(1);
	}

	private static String challenge() {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static SecurityFilterChain rest(HttpSecurity http) {
		return http.addFilterAfter(new SignedIn(), SecurityContextHolderFilter.class)
			.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
			.csrf((csrf) -> csrf.disable())
			.build();
	}

	/**
	 * What every server needs.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	static class Clients {

		@Bean
		RegisteredClientRepository clients() {
			TokenSettings rotating = TokenSettings.builder()
				.reuseRefreshTokens(false)
				.accessTokenFormat(OAuth2TokenFormat.REFERENCE)
				.build();
			TokenSettings reusing = TokenSettings.withSettings(rotating.getSettings()).reuseRefreshTokens(true).build();
			return new InMemoryRegisteredClientRepository(client("plain").tokenSettings(rotating).build(),
					client("other").tokenSettings(rotating).build(),
					client("consent").tokenSettings(rotating)
						.clientSettings(ClientSettings.builder().requireAuthorizationConsent(true).build())
						.build(),
					client("reusing").tokenSettings(reusing).build());
		}

		private static RegisteredClient.Builder client(String id) {
			return RegisteredClient.withId("id-" + id)
				.clientId(id)
				.clientSecret("{noop}secret-" + id)
				.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
				.authorizationGrantTypes((types) -> types.addAll(Set.of(AuthorizationGrantType.AUTHORIZATION_CODE,
						AuthorizationGrantType.REFRESH_TOKEN, AuthorizationGrantType.DEVICE_CODE)))
				.redirectUri(REDIRECT_URI)
				.scope("profile");
		}

		@Bean
		AuthorizationServerSettings serverSettings() {
			return AuthorizationServerSettings.builder().build();
		}

	}

	/**
	 * A server that is set up in the shortest way.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Server extends Clients {

		@Bean
		SecurityFilterChain server(HttpSecurity http) {
			return rest(
					http.oauth2AuthorizationServer((server) -> server.pushedAuthorizationRequestEndpoint((endpoint) -> {
					}).deviceAuthorizationEndpoint((endpoint) -> {
					}).deviceVerificationEndpoint((endpoint) -> {
					})));
		}

	}

	/**
	 * Signs in whom a header names.
	 */
	private static final class SignedIn extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			String name = request.getHeader(USER);
			if (name != null) {
				SecurityContextHolder.getContext()
					.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
							User.withUsername(name).password("{noop}x").roles("USER").build(), null,
							List.of(new SimpleGrantedAuthority("ROLE_USER"))));
			}
			chain.doFilter(request, response);
		}

	}

}
