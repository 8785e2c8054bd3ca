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
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginStart;
import io.github.oauth2state.login.LostLoginException;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.support.SafeLog;

/**
 * Surrounds the filters of Spring Security that handle callbacks. It recovers callbacks
 * whose pending login is gone, refuses those that the browser prefetches, and publishes
 * how the others ended.
 */
class CallbackFilter extends OncePerRequestFilter {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final CallbackRecovery recovery;

	private final PendingLogins logins;

	private final SecurityContextHolderStrategy securityContexts;

	private final LoginChain chain;

	CallbackFilter(CallbackRecovery recovery, PendingLogins logins, SecurityContextHolderStrategy securityContexts,
			LoginChain chain) {
		this.recovery = recovery;
		this.logins = logins;
		this.securityContexts = securityContexts;
		this.chain = chain;
	}

	/**
	 * Returns the filter chain of which this filter is a part.
	 */
	LoginChain chain() {
		return this.chain;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		boolean answered = false;
		ServletExchange exchange = new ServletExchange(request, response);
		LoginNote note = LoginNote.of(exchange);
		note.setInsideCallbackFilter(true);
		try {
			chain.doFilter(request, response);
			answered = true;
		}
		catch (LostLoginException ex) {
			this.recovery.recover(exchange, ex);
		}
		catch (LoginStart.PrefetchException ex) {
			if (response.isCommitted()) {
				throw ex;
			}
			exchange.refusePrefetch();
		}
		finally {
			note.setInsideCallbackFilter(false);
			LoginNote.Taken taken = note.taken();
			if (taken != null) {
				LoginOutcome outcome = answered ? outcome(taken, response) : LoginOutcome.FAILED;
				boolean failed = outcome == LoginOutcome.FAILED;
				this.logins.publish(taken.event(outcome, failed ? reason(taken, note, response) : null));
			}
		}
	}

	private LoginOutcome outcome(LoginNote.Taken taken, HttpServletResponse response) {
		if (taken.providerError()) {
			return LoginOutcome.PROVIDER_ERROR;
		}
		boolean completed = switch (taken.kind()) {
			case LOGIN -> this.trust.isAuthenticated(this.securityContexts.getContext().getAuthentication());
			case CLIENT -> error(response) == null;
		};
		return completed ? LoginOutcome.COMPLETED : LoginOutcome.FAILED;
	}

	private static @Nullable String reason(LoginNote.Taken taken, LoginNote note, HttpServletResponse response) {
		return switch (taken.kind()) {
			case LOGIN -> note.failureReason();
			case CLIENT -> {
				String error = error(response);
				yield (error != null) ? SafeLog.describeCode(error) : null;
			}
		};
	}

	/**
	 * The filter for clients reports a failure to the app by a parameter, and in no other
	 * way.
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
