package io.github.oauth2state.authorizationserver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.NoOpPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.WebAuthenticationDetailsSource;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.web.filter.OncePerRequestFilter;

import io.github.oauth2state.scenario.JavaProcess;

/**
 * An app that is a Spring Authorization Server, with its authorizations in a database.
 * The user is whom a header names. Its clients: {@code plain} needs no consent and gets
 * opaque tokens, {@code jwt} gets tokens that are JWTs, {@code consent} needs consent,
 * {@code key} has a key instead of a secret, {@code public} has no secret and uses PKCE,
 * and {@code other} is somebody else's.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ProviderApp {

	static final String USER_HEADER = "X-User";

	static final String REDIRECT_URI = "http://127.0.0.1:1/callback";

	static final String PORT_LINE = "Port ";

	/**
	 * Starts an instance in this process.
	 * @param properties of the form {@code name=value}
	 */
	static ConfigurableApplicationContext start(List<String> properties) {
		return start(new SpringApplicationBuilder(ProviderApp.class), properties);
	}

	/**
	 * Starts an instance with more beans than the others.
	 */
	static ConfigurableApplicationContext start(SpringApplicationBuilder application, List<String> properties) {
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--spring.application.name=provider", "--spring.liquibase.enabled=false",
				"--spring.flyway.enabled=false", "--logging.level.root=warn"));
		properties.forEach((property) -> arguments.add("--" + property));
		if (properties.stream().noneMatch((property) -> property.startsWith("provider.key="))) {
			arguments.add("--provider.key=" + KEY);
		}
		return application.run(arguments.toArray(String[]::new));
	}

	private static final String KEY = newKey();

	/**
	 * Starts an instance in a process of its own.
	 */
	static JavaProcess startProcess(List<String> properties) {
		List<String> arguments = new ArrayList<>(properties);
		arguments.add("provider.key=" + KEY);
		return JavaProcess.start(ProviderApp.class, "160m", arguments);
	}

	public static void main(String[] properties) throws IOException {
		ConfigurableApplicationContext context = start(List.of(properties));
		System.out.println(PORT_LINE + port(context));
		JavaProcess.endWithParent();
	}

	static int port(ConfigurableApplicationContext context) {
		return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private static String newKey() {
		try {
			return new com.nimbusds.jose.jwk.gen.RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString())
				.generate()
				.toJSONString();
		}
		catch (com.nimbusds.jose.JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Bean
	SecurityFilterChain chain(HttpSecurity http) {
		return http
			.oauth2AuthorizationServer((server) -> server.oidc(Customizer.withDefaults())
				.pushedAuthorizationRequestEndpoint(Customizer.withDefaults())
				.deviceAuthorizationEndpoint(Customizer.withDefaults())
				.deviceVerificationEndpoint((device) -> device.consentPage("/device-consent")))
			.addFilterAfter(new SignedIn(), SecurityContextHolderFilter.class)
			.authorizeHttpRequests((requests) -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
				.permitAll()
				.anyRequest()
				.authenticated())
			.csrf((csrf) -> csrf.disable())
			.build();
	}

	@Bean
	RegisteredClientRepository clients(@Value("${provider.access-token-life:5m}") Duration life,
			@Value("${provider.code-life:5m}") Duration codeLife,
			@Value("${provider.refresh-token-life:1h}") Duration refreshLife,
			@Value("${provider.client-keys:http://127.0.0.1:1/keys}") String keys) {
		TokenSettings opaque = TokenSettings.builder()
			.reuseRefreshTokens(false)
			.accessTokenTimeToLive(life)
			.authorizationCodeTimeToLive(codeLife)
			.refreshTokenTimeToLive(refreshLife)
			.accessTokenFormat(OAuth2TokenFormat.REFERENCE)
			.build();
		TokenSettings jwt = TokenSettings.withSettings(opaque.getSettings())
			.accessTokenFormat(OAuth2TokenFormat.SELF_CONTAINED)
			.build();
		return new InMemoryRegisteredClientRepository(client("plain").tokenSettings(opaque).build(),
				client("jwt").tokenSettings(jwt).build(), client("other").tokenSettings(opaque).build(),
				client("consent").tokenSettings(opaque)
					.clientSettings(ClientSettings.builder().requireAuthorizationConsent(true).build())
					.build(),
				client("key").clientSecret(null).clientAuthenticationMethods((methods) -> {
					methods.clear();
					methods.add(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
				})
					.clientSettings(ClientSettings.builder()
						.jwkSetUrl(keys)
						.tokenEndpointAuthenticationSigningAlgorithm(SignatureAlgorithm.RS256)
						.build())
					.tokenSettings(opaque)
					.build(),
				client("public").clientSecret(null).clientAuthenticationMethods((methods) -> {
					methods.clear();
					methods.add(ClientAuthenticationMethod.NONE);
				}).clientSettings(ClientSettings.builder().requireProofKey(true).build()).tokenSettings(jwt).build());
	}

	private static RegisteredClient.Builder client(String id) {
		return RegisteredClient.withId("id-" + id)
			.clientId(id)
			.clientSecret("{noop}secret-" + id)
			.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
			.authorizationGrantTypes((types) -> types.addAll(List.of(AuthorizationGrantType.AUTHORIZATION_CODE,
					AuthorizationGrantType.REFRESH_TOKEN, AuthorizationGrantType.DEVICE_CODE)))
			.redirectUri(REDIRECT_URI)
			.scope("openid")
			.scope("profile");
	}

	@Bean
	OAuth2AuthorizationService authorizations(@Value("${provider.service:jdbc}") String service, JdbcTemplate jdbc,
			RegisteredClientRepository clients) {
		return service.equals("memory") ? new InMemoryOAuth2AuthorizationService()
				: new JdbcOAuth2AuthorizationService(jdbc, clients);
	}

	/**
	 * Does not hash secrets, which would take most of the time.
	 */
	@Bean
	@SuppressWarnings("deprecation")
	PasswordEncoder passwordEncoder() {
		return new DelegatingPasswordEncoder("noop", Map.of("noop", NoOpPasswordEncoder.getInstance()));
	}

	@Bean
	JWKSource<SecurityContext> keys(@Value("${provider.key}") String key) throws java.text.ParseException {
		return new ImmutableJWKSet<>(new JWKSet(RSAKey.parse(key)));
	}

	/**
	 * Returns the server's schema for a PostgreSQL database.
	 */
	static String schema() {
		try {
			String sql = resource("oauth2-authorization-schema.sql");
			return sql.replaceAll("(?s)/\\*.*?\\*/", "")
				.replace(" blob ", " text ")
				.replace(" timestamp ", " timestamptz ");
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	private static String resource(String name) throws IOException {
		try (var stream = JdbcOAuth2AuthorizationService.class.getResourceAsStream(name)) {
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	/**
	 * Signs in whom a header names, in the types that a login form leaves behind.
	 */
	static final class SignedIn extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			String name = request.getHeader(USER_HEADER);
			if (name != null) {
				var login = UsernamePasswordAuthenticationToken.authenticated(
						User.withUsername(name).password("{noop}x").roles("USER").build(), null,
						List.of(new SimpleGrantedAuthority("ROLE_USER"),
								FactorGrantedAuthority.fromAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY)));
				login.setDetails(new WebAuthenticationDetailsSource().buildDetails(request));
				SecurityContextHolder.getContext().setAuthentication(login);
			}
			chain.doFilter(request, response);
		}

	}

}
