package io.github.oauth2state.logout;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.util.StringUtils;
import org.springframework.web.filter.OncePerRequestFilter;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;

/**
 * Comes before Spring Security's filter for logout tokens, and answers where that filter
 * would let an exception through: with status 400 for a token that cannot be used, and
 * with 503 if the store or the provider's keys cannot be reached, so that the provider
 * sends the token again (OpenID Connect Back-Channel Logout 1.0, section 2.8).
 */
final class LogoutTokenFilter extends OncePerRequestFilter {

	private static final RequestMatcher TOKENS = PathPatternRequestMatcher.withDefaults()
		.matcher(HttpMethod.POST, LogoutTokenAnswer.PATH);

	/**
	 * Marks what Spring Security posts to the app itself.
	 */
	private static final String INTERNAL = "_spring_security_internal_logout";

	private final ClientRegistrationRepository registrations;

	private final LogoutEventPublisher events;

	LogoutTokenFilter(ClientRegistrationRepository registrations, LogoutEventPublisher events) {
		this.registrations = registrations;
		this.events = events;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		RequestMatcher.MatchResult match = TOKENS.matcher(request);
		if (!match.isMatch() || request.getParameter(INTERNAL) != null) {
			chain.doFilter(request, response);
			return;
		}
		LogoutRequest current = LogoutRequest.enter();
		try {
			handle(request, response, chain, current, match.getVariables().get("registrationId"));
		}
		finally {
			current.leave();
		}
	}

	/**
	 * Returns the id of a registration only if there is such a registration.
	 */
	private @Nullable String known(@Nullable String registrationId) {
		return (StringUtils.hasText(registrationId) && this.registrations.findByRegistrationId(registrationId) != null)
				? registrationId : null;
	}

	private void handle(HttpServletRequest request, HttpServletResponse response, FilterChain chain,
			LogoutRequest current, @Nullable String registrationId) throws ServletException, IOException {
		try {
			current.setRegistrationId(known(registrationId));
			chain.doFilter(request, response);
			if (response.getStatus() == HttpServletResponse.SC_BAD_REQUEST && !current.isPublished()) {
				publish(LogoutOutcome.REFUSED, current, null);
			}
		}
		catch (ReplayedTokenException ex) {
			answer(response, LogoutTokenAnswer.REPLAYED);
		}
		catch (AuthenticationServiceException ex) {
			if (isOfToken(ex.getCause())) {
				publish(LogoutOutcome.REFUSED, current, ex);
				answer(response, LogoutTokenAnswer.UNUSABLE);
			}
			else {
				failed(response, current, ex);
			}
		}
		catch (RuntimeException ex) {
			failed(response, current, ex);
		}
	}

	/**
	 * Returns whether Spring Security failed because of what a token says, rather than
	 * because the keys of the provider cannot be loaded.
	 */
	private static boolean isOfToken(@Nullable Throwable cause) {
		return cause != null && !(cause instanceof JwtException);
	}

	private void failed(HttpServletResponse response, LogoutRequest current, RuntimeException ex) throws IOException {
		publish(LogoutOutcome.FAILED, current, ex);
		answer(response, LogoutTokenAnswer.FAILED);
	}

	private void publish(LogoutOutcome outcome, LogoutRequest current, @Nullable Throwable reason) {
		this.events.publishFailure(LogoutKind.LOGOUT_TOKEN, outcome, current.registrationId(), reason);
	}

	private static void answer(HttpServletResponse response, LogoutTokenAnswer answer) throws IOException {
		response.setStatus(answer.status());
		response.setHeader("Cache-Control", "no-store");
		response.setContentType(MediaType.APPLICATION_JSON_VALUE);
		response.getWriter().write(answer.body());
	}

}
