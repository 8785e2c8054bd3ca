package io.github.oauth2state.scenario;

import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import com.nimbusds.jose.jwk.source.JWKSource;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Spring Authorization Server, at which everybody is signed in as whom they say they are.
 */
final class IdentityProvider implements AutoCloseable {

	static final String USER_HEADER = "X-User";

	private final ConfigurableApplicationContext context;

	private IdentityProvider(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static IdentityProvider start() {
		return new IdentityProvider(new SpringApplicationBuilder(Configuration.class).web(WebApplicationType.SERVLET)
			.run("--server.port=0", "--spring.main.banner-mode=off", "--oauth2-state.enabled=false",
					"--spring.autoconfigure.exclude=" + Instance.NOT_OF_THE_APP, "--logging.level.root=warn"));
	}

	String issuer() {
		return "http://localhost:" + this.context.getEnvironment().getProperty("local.server.port");
	}

	/**
	 * Returns how often the token endpoint was called, and starts anew.
	 */
	int takeTokenCalls() {
		return tokenCalls().count.getAndSet(0);
	}

	TokenCalls tokenCalls() {
		return this.context.getBean(TokenCalls.class);
	}

	/**
	 * Authorizes the app for a user, as if they had logged in.
	 * @return the refresh token
	 */
	String grant(String user) {
		RegisteredClient client = this.context.getBean(RegisteredClientRepository.class).findByClientId("app");
		String token = UUID.randomUUID().toString();
		Instant now = Instant.now();
		this.context.getBean(Authorizations.class)
			.save(OAuth2Authorization.withRegisteredClient(client)
				.principalName(user)
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.authorizedScopes(Set.of("read"))
				.attribute(Principal.class.getName(),
						UsernamePasswordAuthenticationToken.authenticated(user, null, List.of()))
				.refreshToken(new OAuth2RefreshToken(token, now, now.plus(Duration.ofHours(1))))
				.build());
		return token;
	}

	/**
	 * Returns what the provider posts to the app when a user logs out elsewhere (OpenID
	 * Connect Back-Channel Logout 1.0, section 2.4).
	 */
	String logoutToken(String user) {
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.issuer(issuer())
			.subject(user)
			.audience(List.of("app"))
			.issuedAt(Instant.now())
			.expiresAt(Instant.now().plus(Duration.ofMinutes(2)))
			.id(UUID.randomUUID().toString())
			.claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()))
			.build();
		@SuppressWarnings("unchecked")
		JWKSource<com.nimbusds.jose.proc.SecurityContext> keys = this.context.getBean(JWKSource.class);
		return new NimbusJwtEncoder(keys)
			.encode(JwtEncoderParameters.from(JwsHeader.with(SignatureAlgorithm.RS256).type("logout+jwt").build(),
					claims))
			.getTokenValue();
	}

	@Override
	public void close() {
		this.context.close();
	}

	@EnableAutoConfiguration
	static class Configuration {

		@Bean
		SecurityFilterChain idp(HttpSecurity http, TokenCalls tokenCalls) {
			return http.oauth2AuthorizationServer((server) -> server.oidc(Customizer.withDefaults()))
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.addFilterBefore(tokenCalls, SecurityContextHolderFilter.class)
				.addFilterAfter(new AlwaysSignedIn(), SecurityContextHolderFilter.class)
				.build();
		}

		@Bean
		RegisteredClientRepository clients() {
			return new InMemoryRegisteredClientRepository(RegisteredClient.withId(UUID.randomUUID().toString())
				.clientId("app")
				.clientSecret("{noop}secret")
				.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
				.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
				.redirectUris((uris) -> {
					for (String scheme : new String[] { "http", "https" }) {
						uris.add(scheme + "://app.example/login/oauth2/code/idp");
						uris.add(scheme + "://app.example/shop/login/oauth2/code/idp");
						uris.add(scheme + "://app.example/login/oauth2/code/other");
						uris.add(scheme + "://app.example/authorized/api");
					}
				})
				.scope("openid")
				.scope("read")
				.clientSettings(ClientSettings.builder().requireAuthorizationConsent(false).build())
				.tokenSettings(TokenSettings.builder()
					.reuseRefreshTokens(false)
					.accessTokenTimeToLive(Duration.ofMinutes(5))
					.build())
				.build());
		}

		@Bean
		Authorizations authorizations() {
			return new Authorizations();
		}

		@Bean
		TokenCalls tokenCalls() {
			return new TokenCalls();
		}

	}

	/**
	 * Watches the token endpoint, and makes it slow or fail.
	 */
	static final class TokenCalls extends OncePerRequestFilter {

		private final AtomicInteger count = new AtomicInteger();

		private final AtomicInteger refused = new AtomicInteger();

		private final Map<String, AtomicInteger> byRefreshToken = new ConcurrentHashMap<>();

		private volatile Duration delay = Duration.ZERO;

		private volatile int failure;

		private final AtomicReference<CountDownLatch> losing = new AtomicReference<>();

		private final AtomicInteger lost = new AtomicInteger();

		/**
		 * Returns how many calls with a refresh token have been worked off, though
		 * perhaps not answered.
		 */
		int count(String refreshToken) {
			return this.byRefreshToken.getOrDefault(refreshToken, new AtomicInteger()).get();
		}

		/**
		 * Returns how many calls were answered with an error since the last call.
		 */
		int takeRefused() {
			return this.refused.getAndSet(0);
		}

		void delay(Duration delay) {
			this.delay = delay;
		}

		/**
		 * Makes calls fail.
		 * @param status the status, or 0 for no failure
		 */
		void fail(int status) {
			this.failure = status;
		}

		/**
		 * Loses the next call: it is not worked off, and its caller waits.
		 * @param end what ends the caller's wait
		 */
		void loseNext(CountDownLatch end) {
			this.lost.set(0);
			this.losing.set(end);
		}

		/**
		 * Returns how many calls were lost.
		 */
		int lost() {
			return this.lost.get();
		}

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			if (!request.getRequestURI().equals("/oauth2/token")) {
				chain.doFilter(request, response);
				return;
			}
			CountDownLatch end = this.losing.getAndSet(null);
			if (end != null) {
				this.lost.incrementAndGet();
				await(end);
				response.setStatus(504);
				return;
			}
			this.count.incrementAndGet();
			if (this.failure != 0) {
				sleep();
				response.setStatus(this.failure);
				return;
			}
			chain.doFilter(request, response);
			String refreshToken = request.getParameter("refresh_token");
			if (refreshToken != null) {
				this.byRefreshToken.computeIfAbsent(refreshToken, (token) -> new AtomicInteger()).incrementAndGet();
			}
			sleep();
			if (response.getStatus() >= 400) {
				this.refused.incrementAndGet();
			}
		}

		private static void await(CountDownLatch latch) {
			try {
				latch.await(1, TimeUnit.MINUTES);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		/**
		 * After the work, so that a caller who is gone by then has spent its token.
		 */
		private void sleep() {
			try {
				Thread.sleep(this.delay.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	static final class AlwaysSignedIn extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			if (request.getRequestURI().equals("/oauth2/authorize")) {
				SecurityContextHolder.getContext()
					.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(request.getHeader(USER_HEADER),
							null,
							List.of(FactorGrantedAuthority.fromAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY))));
			}
			chain.doFilter(request, response);
		}

	}

}
