package io.github.oauth2state.login.servlet;

import java.util.concurrent.atomic.AtomicBoolean;

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

/**
 * Gives a filter chain the shared repository, where the chain has OAuth2 login or client
 * support and the user has set no repository on it.
 */
final class SharedLoginConfigurer extends AbstractHttpConfigurer<SharedLoginConfigurer, HttpSecurity> {

	private final LoginServices services;

	private final SessionWarnings sessions;

	private final PostedCallbacks postedCallbacks;

	private final LogoutMarker logoutMarker;

	private @Nullable SavedRequests savedRequests;

	SharedLoginConfigurer(LoginServices services, SessionWarnings sessions) {
		this.services = services;
		this.sessions = sessions;
		this.postedCallbacks = new PostedCallbacks(services.logins(), services.store());
		this.logoutMarker = new LogoutMarker(services.logins());
	}

	/**
	 * What concerns CSRF, logout and saved requests has to be said now: their configurers
	 * come before this one.
	 */
	@Override
	@SuppressWarnings("unchecked")
	public void init(HttpSecurity http) {
		CsrfConfigurer<HttpSecurity> csrf = http.getConfigurer(CsrfConfigurer.class);
		if (csrf != null) {
			csrf.ignoringRequestMatchers(this.postedCallbacks);
		}
		LogoutConfigurer<HttpSecurity> logout = http.getConfigurer(LogoutConfigurer.class);
		if (logout != null) {
			logout.addLogoutHandler(this.logoutMarker);
		}
		RequestCache cache = http.getSharedObject(RequestCache.class);
		if (cache != null && cache.getClass() == HttpSessionRequestCache.class
				&& this.services.settings().carrySavedRequest() && !this.sessions.areShared()) {
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
		http.addFilterAfter(new SignedInFilter(this.services.logins().cookies(), getSecurityContextHolderStrategy()),
				AnonymousAuthenticationFilter.class);
		OAuth2LoginConfigurer<HttpSecurity> login = http.getConfigurer(OAuth2LoginConfigurer.class);
		OAuth2ClientConfigurer<HttpSecurity> client = http.getConfigurer(OAuth2ClientConfigurer.class);
		if ((login == null && client == null) || hasRepository(login, client)) {
			return;
		}
		ClientRegistrationRepository registrations = registrations(http);
		MixUpDefense defense = new MixUpDefense(() -> registrations, this.services.settings());
		LoginTarget target = new LoginTarget(requestCache(http));
		SecurityContextHolderStrategy securityContexts = getSecurityContextHolderStrategy();
		CurrentUser user = new CurrentUser(() -> securityContexts);
		boolean withSessions = !SecurityInternals.isStateless(http);
		ChainContext chain = new ChainContext(defense, (client != null) ? user::name : () -> null, withSessions,
				withSessions ? this.savedRequests : null);
		if (chain.savedRequests() != null) {
			chain.savedRequests().enable(login == null || login.isCustomLoginPage());
		}
		if (login != null) {
			login.authorizationEndpoint(
					(endpoint) -> endpoint.authorizationRequestRepository(repository(CallbackKind.LOGIN, chain)));
			login.addObjectPostProcessor(handlers(target));
			if (withSessions) {
				this.sessions.noteSignIn();
			}
			login.addObjectPostProcessor(beginFailureAnswerer());
		}
		if (client != null) {
			client.authorizationCodeGrant(
					(grant) -> grant.authorizationRequestRepository(repository(CallbackKind.CLIENT, chain)));
			client.addObjectPostProcessor(beginFailureAnswerer());
			this.logoutMarker.enable();
		}
		this.postedCallbacks.enable(defense);
		http.addFilterAfter(this.postedCallbacks, OAuth2AuthorizationCodeGrantFilter.class);
		http.addFilterBefore(new CallbackFilter(new CallbackRecovery(securityContexts, target), this.services,
				securityContexts, chain.savedRequests()), OAuth2LoginAuthenticationFilter.class);
	}

	/**
	 * A chain with a repository of the user's on either is theirs altogether: a login
	 * that one of them began must not be looked for by the other somewhere else.
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

	private SharedAuthorizationRequestRepository repository(CallbackKind kind, ChainContext chain) {
		return new SharedAuthorizationRequestRepository(kind, this.services, chain);
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

	private static ObjectPostProcessor<OAuth2AuthorizationRequestRedirectFilter> beginFailureAnswerer() {
		return new ObjectPostProcessor<>() {
			@Override
			public <O extends OAuth2AuthorizationRequestRedirectFilter> O postProcess(O filter) {
				AuthenticationFailureHandler other = SecurityInternals.failureHandler(filter);
				if (other != null) {
					filter.setAuthenticationFailureHandler(new BeginFailureHandler(other));
				}
				return filter;
			}
		};
	}

	private ObjectPostProcessor<OAuth2LoginAuthenticationFilter> handlers(LoginTarget target) {
		AuxiliaryCookies cookies = this.services.logins().cookies();
		return new ObjectPostProcessor<>() {
			@Override
			public <O extends OAuth2LoginAuthenticationFilter> O postProcess(O filter) {
				AuthenticationSuccessHandler success = SecurityInternals.successHandler(filter);
				target.setSuccessHandler(success);
				if (success != null) {
					filter.setAuthenticationSuccessHandler(new SuccessRecorder(cookies, success));
				}
				AuthenticationFailureHandler other = SecurityInternals.failureHandler(filter);
				if (other != null) {
					filter.setAuthenticationFailureHandler(new FailureRecorder(other));
				}
				return filter;
			}
		};
	}

}
