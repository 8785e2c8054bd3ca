package io.github.oauth2state.sample;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.ClientAuthorizationRequiredException;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Uses the access token of whoever is signed in, as a call of another service would, and
 * tells about it what is not secret.
 */
@RestController
class TokenController {

	private static final int SHORT_HASH = 12;

	private final OAuth2AuthorizedClientManager clients;

	private final RefreshTracer tracer;

	private final InstanceName instance;

	TokenController(OAuth2AuthorizedClientManager clients, RefreshTracer tracer, InstanceName instance) {
		this.clients = clients;
		this.tracer = tracer;
		this.instance = instance;
	}

	@GetMapping("/api/token-info")
	ResponseEntity<TokenInfo> tokenInfo(OAuth2AuthenticationToken user, HttpServletRequest request,
			HttpServletResponse response) {
		OAuth2AccessToken token = accessToken(user, request, response);
		TokenInfo info = new TokenInfo(token.getExpiresAt(), shortHash(token.getTokenValue()), this.instance.get(),
				this.tracer.obtained());
		return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(info);
	}

	/**
	 * Returns a valid token: that is the manager's part, which refreshes it when it is
	 * due.
	 */
	private OAuth2AccessToken accessToken(OAuth2AuthenticationToken user, HttpServletRequest request,
			HttpServletResponse response) {
		String registration = user.getAuthorizedClientRegistrationId();
		OAuth2AuthorizedClient client = this.clients
			.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(registration)
				.principal(user)
				.attribute(HttpServletRequest.class.getName(), request)
				.attribute(HttpServletResponse.class.getName(), response)
				.build());
		if (client == null) {
			throw new ClientAuthorizationRequiredException(registration);
		}
		return client.getAccessToken();
	}

	/**
	 * Answers where there is no token: without one, or with one that the provider
	 * refused, the user has to log in again; anything else may be better in a moment.
	 */
	@ExceptionHandler(OAuth2AuthorizationException.class)
	ResponseEntity<ProblemDetail> noToken(OAuth2AuthorizationException ex) {
		ProblemDetail problem = needsLogin(ex)
				? ProblemDetail.forStatusAndDetail(HttpStatus.UNAUTHORIZED, "Log in again.")
				: ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
						"There is no new token at the moment. Try again later.");
		return ResponseEntity.status(problem.getStatus()).contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
	}

	private static boolean needsLogin(OAuth2AuthorizationException ex) {
		return ex instanceof ClientAuthorizationRequiredException || (ex instanceof ClientAuthorizationException
				&& OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode()));
	}

	private static String shortHash(String token) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(hash).substring(0, SHORT_HASH);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
