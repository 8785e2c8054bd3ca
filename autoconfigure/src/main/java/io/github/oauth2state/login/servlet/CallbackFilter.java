package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.util.Objects;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.MultiValueMap;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.UriComponentsBuilder;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.support.FailureReason;

/**
 * Stands around the filters of Spring Security that handle callbacks: leads on where
 * their pending login is gone, refuses those that were sent ahead, and tells how the
 * others ended.
 */
class CallbackFilter extends OncePerRequestFilter {

	private static final String AROUND = CallbackFilter.class.getName() + ".AROUND";

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final CallbackRecovery recovery;

	private final PendingLogins logins;

	private final SecurityContextHolderStrategy securityContexts;

	private final @Nullable SavedRequests savedRequests;

	CallbackFilter(CallbackRecovery recovery, LoginServices services, SecurityContextHolderStrategy securityContexts,
			@Nullable SavedRequests savedRequests) {
		this.recovery = recovery;
		this.logins = services.logins();
		this.securityContexts = securityContexts;
		this.savedRequests = savedRequests;
	}

	/**
	 * Returns what keeps the pages that users asked for on this filter chain, or
	 * {@code null} if the app does.
	 */
	@Nullable SavedRequests savedRequests() {
		return this.savedRequests;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		boolean answered = false;
		request.setAttribute(AROUND, true);
		try {
			chain.doFilter(request, response);
			answered = true;
		}
		catch (LostLoginException ex) {
			this.recovery.recover(request, response, ex);
		}
		catch (PrefetchException ex) {
			if (response.isCommitted()) {
				throw ex;
			}
			Prefetch.refuse(response);
		}
		finally {
			request.removeAttribute(AROUND);
			TakenLogin taken = TakenLogin.of(request);
			if (taken != null) {
				LoginOutcome outcome = answered ? outcome(taken, response) : LoginOutcome.FAILED;
				boolean failed = outcome == LoginOutcome.FAILED;
				this.logins.publish(taken.event(outcome, failed ? reason(taken, request, response) : null));
			}
		}
	}

	/**
	 * Tells whether this filter is there to catch what is thrown. It is not for filters
	 * that an app puts elsewhere.
	 */
	static boolean isAround(HttpServletRequest request) {
		return request.getAttribute(AROUND) != null;
	}

	private LoginOutcome outcome(TakenLogin taken, HttpServletResponse response) {
		if (taken.providerError()) {
			return LoginOutcome.PROVIDER_ERROR;
		}
		boolean completed = switch (taken.kind()) {
			case LOGIN -> this.trust.isAuthenticated(this.securityContexts.getContext().getAuthentication());
			case CLIENT -> error(response) == null;
		};
		return completed ? LoginOutcome.COMPLETED : LoginOutcome.FAILED;
	}

	private static @Nullable String reason(TakenLogin taken, HttpServletRequest request, HttpServletResponse response) {
		return switch (taken.kind()) {
			case LOGIN -> FailureRecorder.reason(request);
			case CLIENT -> {
				String error = error(response);
				yield (error != null) ? FailureReason.ofCode(error) : null;
			}
		};
	}

	/**
	 * The filter for clients tells the app of a failure by a parameter, and nobody else.
	 */
	private static @Nullable String error(HttpServletResponse response) {
		String location = response.getHeader(HttpHeaders.LOCATION);
		if (location == null) {
			return null;
		}
		MultiValueMap<String, String> parameters = UriComponentsBuilder.fromUriString(location)
			.build()
			.getQueryParams();
		return parameters.containsKey(OAuth2ParameterNames.ERROR)
				? Objects.requireNonNullElse(parameters.getFirst(OAuth2ParameterNames.ERROR), "") : null;
	}

}
