package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.Filter;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2ClientConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;

import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.support.SafeLog;

/**
 * Gives a filter chain the shared repository, if the chain has OAuth2 login or client
 * support and the user has set no repository on it. On every other chain it ends counts
 * of sign-ins, and keeps requests in the session as before.
 */
final class SharedLoginConfigurer extends AbstractHttpConfigurer<SharedLoginConfigurer, HttpSecurity> {

	private final GuardedStateStore store;

	private final LoginServices services;

	private final AuxiliaryCookies cookies;

	private final CsrfExemption csrfExemption;

	private @Nullable SavedRequests savedRequests;

	SharedLoginConfigurer(GuardedStateStore store, LoginServices services) {
		this.store = store;
		this.services = services;
		this.cookies = services.logins().cookies();
		this.csrfExemption = new CsrfExemption(services.logins(), store);
	}

	/**
	 * Configures CSRF, logout and saved requests now, as their configurers come before
	 * this one. Whether the app has clients is known only when users log out.
	 */
	@Override
	@SuppressWarnings("unchecked")
	public void init(HttpSecurity http) {
		CsrfConfigurer<HttpSecurity> csrf = http.getConfigurer(CsrfConfigurer.class);
		if (csrf != null) {
			csrf.ignoringRequestMatchers(this.csrfExemption);
		}
		LogoutConfigurer<HttpSecurity> logout = http.getConfigurer(LogoutConfigurer.class);
		if (logout != null) {
			logout.addLogoutHandler((request, response, authentication) -> {
				ServletExchange exchange = new ServletExchange(request, response);
				exchange.addCookies(this.cookies.logout(exchange.browser(), !this.services.clients().isEmpty()));
			});
		}
		RequestCache cache = http.getSharedObject(RequestCache.class);
		if (cache != null && cache.getClass() == HttpSessionRequestCache.class
				&& this.services.settings().carrySavedRequest() && !this.services.warnings().areSessionsShared()) {
			this.savedRequests = new SavedRequests((HttpSessionRequestCache) cache, this.services);
			http.setSharedObject(RequestCache.class, this.savedRequests);
		}
	}

	/**
	 * Looks for OAuth2 support only now, when it is complete: a user's DSL may still add
	 * it in its own {@code init}.
	 */
	@Override
	@SuppressWarnings("unchecked")
	public void configure(HttpSecurity http) {
		SecurityContextHolderStrategy securityContexts = getSecurityContextHolderStrategy();
		LoginLoopDetector signIns = new LoginLoopDetector(this.cookies, securityContexts);
		http.addFilterAfter(signIns, AnonymousAuthenticationFilter.class);
		OAuth2LoginConfigurer<HttpSecurity> login = http.getConfigurer(OAuth2LoginConfigurer.class);
		OAuth2ClientConfigurer<HttpSecurity> client = http.getConfigurer(OAuth2ClientConfigurer.class);
		if ((login == null && client == null) || hasRepository(login, client)) {
			return;
		}
		ClientRegistrationRepository registrations = registrations(http);
		CallbackCheck check = new CallbackCheck(() -> registrations, this.services.settings());
		CallbackRecovery recovery = new CallbackRecovery(this.services.settings().recovery(), securityContexts,
				requestCache(http));
		boolean withSessions = !SecurityInternals.isStateless(http);
		SignedInUser user = new SignedInUser(() -> securityContexts, this.services.clients());
		LoginChain chain = new LoginChain(() -> registrations, check, user, withSessions,
				withSessions ? this.savedRequests : null, new AtomicBoolean());
		if (chain.savedRequests() != null) {
			chain.savedRequests().enable(login == null || login.isCustomLoginPage());
		}
		if (login != null) {
			login.authorizationEndpoint(
					(endpoint) -> endpoint.authorizationRequestRepository(repository(LoginNote.Kind.LOGIN, chain)));
			login.addObjectPostProcessor(handlers(recovery, signIns));
			if (withSessions) {
				this.services.warnings().noteSignIn();
			}
		}
		if (client != null) {
			client.authorizationCodeGrant(
					(grant) -> grant.authorizationRequestRepository(repository(LoginNote.Kind.CLIENT, chain)));
			client.addObjectPostProcessor(handlers(recovery, signIns));
			this.services.clients().add(user);
		}
		this.csrfExemption.enable(check);
		http.addFilterAfter(this.csrfExemption, OAuth2AuthorizationCodeGrantFilter.class);
		http.addFilterBefore(new CallbackFilter(recovery, this.services.logins(), securityContexts, chain),
				OAuth2LoginAuthenticationFilter.class);
	}

	/**
	 * Returns whether the user may have set a repository on login or client. Such a chain
	 * is left alone altogether: one of the two must not look elsewhere for a login that
	 * the other started.
	 */
	private static boolean hasRepository(@Nullable OAuth2LoginConfigurer<HttpSecurity> login,
			@Nullable OAuth2ClientConfigurer<HttpSecurity> client) {
		AtomicBoolean found = new AtomicBoolean();
		if (login != null) {
			login.authorizationEndpoint((endpoint) -> found.set(SecurityInternals.mayHaveRepository(endpoint)));
		}
		if (client != null && !found.get()) {
			client.authorizationCodeGrant((grant) -> found.set(SecurityInternals.mayHaveRepository(grant)));
		}
		return found.get();
	}

	private SharedAuthorizationRequestRepository repository(LoginNote.Kind kind, LoginChain chain) {
		return new SharedAuthorizationRequestRepository(kind, this.store, this.services, chain);
	}

	private static ClientRegistrationRepository registrations(HttpSecurity http) {
		ClientRegistrationRepository registrations = http.getSharedObject(ClientRegistrationRepository.class);
		return (registrations != null) ? registrations
				: http.getSharedObject(ApplicationContext.class).getBean(ClientRegistrationRepository.class);
	}

	private static RequestCache requestCache(HttpSecurity http) {
		RequestCache requestCache = http.getSharedObject(RequestCache.class);
		return (requestCache != null) ? requestCache : new NullRequestCache();
	}

	/**
	 * Wraps the app's handlers in those of the library.
	 */
	private static ObjectPostProcessor<Filter> handlers(CallbackRecovery recovery, LoginLoopDetector signIns) {
		return new ObjectPostProcessor<>() {
			@Override
			public <O extends Filter> O postProcess(O filter) {
				if (filter instanceof OAuth2AuthorizationRequestRedirectFilter begin) {
					setHandler(begin);
				}
				else if (filter instanceof OAuth2LoginAuthenticationFilter callback) {
					setHandlers(callback, recovery, signIns);
				}
				return filter;
			}
		};
	}

	private static void setHandler(OAuth2AuthorizationRequestRedirectFilter filter) {
		AuthenticationFailureHandler other = SecurityInternals.failureHandler(filter);
		if (other != null) {
			filter.setAuthenticationFailureHandler((request, response, exception) -> {
				if (!answerRefused(new ServletExchange(request, response))) {
					other.onAuthenticationFailure(request, response, exception);
				}
			});
		}
	}

	/**
	 * Answers for a login that cannot start, in place of Spring Security. A start that
	 * the browser prefetches is refused.
	 * @return whether there was anything to answer for
	 */
	private static boolean answerRefused(ServletExchange exchange) throws IOException {
		LoginNote.Refused refused = LoginNote.of(exchange).refused();
		if (exchange.isCommitted()) {
			return false;
		}
		if (exchange.isPrefetch()) {
			exchange.refusePrefetch();
			return true;
		}
		if (refused != null) {
			String page = refused.page().answer(exchange, refused.retryPath(), refused.correlationId());
			exchange.response().getWriter().write(page);
		}
		return refused != null;
	}

	private static void setHandlers(OAuth2LoginAuthenticationFilter filter, CallbackRecovery recovery,
			LoginLoopDetector signIns) {
		AuthenticationSuccessHandler success = SecurityInternals.successHandler(filter);
		recovery.setSuccessHandler(success);
		if (success != null) {
			filter.setAuthenticationSuccessHandler((request, response, authentication) -> {
				signIns.countSignIn(request, response);
				success.onAuthenticationSuccess(request, response, authentication);
			});
		}
		AuthenticationFailureHandler failure = SecurityInternals.failureHandler(filter);
		if (failure != null) {
			filter.setAuthenticationFailureHandler((request, response, exception) -> {
				// Spring Security itself logs it at trace only
				LoginNote.of(new ServletExchange(request)).setFailureReason(SafeLog.describe(exception));
				failure.onAuthenticationFailure(request, response, exception);
			});
		}
	}

}
