package io.github.oauth2state.demo.idp;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.oidc.authentication.OidcLogoutAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.authentication.logout.SecurityContextLogoutHandler;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.util.Assert;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Ends all sessions of a user who logs out at the provider, and sends logout tokens to
 * the apps (OpenID Connect Back-Channel Logout 1.0). Real providers have this built in;
 * Spring Authorization Server has not.
 */
@RestController
class BackChannelLogout implements LogoutHandler {

	private static final Log logger = LogFactory.getLog(BackChannelLogout.class);

	private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

	private static final Duration TOKEN_LIFE = Duration.ofMinutes(2);

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.build();

	private final SecurityContextLogoutHandler ownSession = new SecurityContextLogoutHandler();

	private final JwtEncoder tokens;

	private final AuthorizationServerSettings settings;

	private final FindByIndexNameSessionRepository<?> sessions;

	private final Map<String, String> apps;

	BackChannelLogout(JWKSource<SecurityContext> keys, AuthorizationServerSettings settings,
			FindByIndexNameSessionRepository<?> sessions, Environment environment) {
		this.tokens = new NimbusJwtEncoder(keys);
		this.settings = settings;
		this.sessions = sessions;
		this.apps = Binder.get(environment)
			.bind("demo.logout-uris", Bindable.mapOf(String.class, String.class))
			.orElseGet(Map::of);
	}

	/**
	 * Called when an app sends a user here to log out, before the user is sent back: what
	 * the user sees then is what came of it.
	 */
	@Override
	public void logout(HttpServletRequest request, HttpServletResponse response,
			@Nullable Authentication authentication) {
		OidcLogoutAuthenticationToken logout = (OidcLogoutAuthenticationToken) authentication;
		Assert.state(logout != null && logout.getIdToken() != null, "The logout was checked");
		String user = logout.getIdToken().getSubject();
		if (logout.isPrincipalAuthenticated()) {
			this.ownSession.logout(request, response, (Authentication) logout.getPrincipal());
		}
		this.sessions.findByPrincipalName(user).keySet().forEach(this.sessions::deleteById);
		this.apps.forEach((client, uri) -> send(token(user, client), client, uri));
	}

	/**
	 * Returns a logout token without sending it, for the demo's check. A real provider
	 * gives its logout tokens to nobody but the app.
	 */
	@GetMapping(path = "/logout-token", produces = "text/plain")
	String token(@RequestParam String user, @RequestParam(defaultValue = "demo") String client) {
		Instant now = Instant.now();
		JwsHeader header = JwsHeader.with(SignatureAlgorithm.RS256).type("logout+jwt").build();
		// Without a session id (sid) it means all sessions of the user.
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.issuer(this.settings.getIssuer())
			.audience(List.of(client))
			.subject(user)
			.id(UUID.randomUUID().toString())
			.issuedAt(now)
			.expiresAt(now.plus(TOKEN_LIFE))
			.claim("events", Map.of(EVENT, Map.of()))
			.build();
		return this.tokens.encode(JwtEncoderParameters.from(header, claims)).getTokenValue();
	}

	/**
	 * Sends a token once. Real providers try again if the app does not answer.
	 */
	private void send(String token, String client, String uri) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
			.timeout(TIMEOUT)
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString("logout_token=" + token))
			.build();
		try {
			int status = this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
			logger.info("Sent a logout token to client '%s', which answered with status %d".formatted(client, status));
		}
		catch (IOException ex) {
			logger.warn("No logout token reached client '%s'".formatted(client), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
