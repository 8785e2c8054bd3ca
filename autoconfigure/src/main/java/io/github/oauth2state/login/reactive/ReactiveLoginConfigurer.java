package io.github.oauth2state.login.reactive;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.OAuth2ClientSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.OAuth2LoginSpec;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationFailureHandler;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationFailureHandler;
import org.springframework.security.web.server.authentication.ServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;
import org.springframework.security.web.server.savedrequest.WebSessionServerRequestCache;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import reactor.core.publisher.Mono;

import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.support.SafeLog;

/**
 * Gives a filter chain the shared repository, if the chain has OAuth2 login or client
 * support and the user has set no repository on it. On every other chain it ends counts
 * of sign-ins.
 */
final class ReactiveLoginConfigurer {

	private static final Log logger = LogFactory.getLog(ReactiveLoginConfigurer.class);

	private final ReactiveLoginStore store;

	private final LoginServices services;

	private final Supplier<ReactiveClientRegistrationRepository> registrations;

	ReactiveLoginConfigurer(ReactiveLoginStore store, LoginServices services,
			Supplier<ReactiveClientRegistrationRepository> registrations) {
		this.store = store;
		this.services = services;
		this.registrations = registrations;
	}

	/**
	 * Configures a filter chain that is about to be built.
	 * @param initial the request cache that Spring Security gave the chain
	 */
	void configure(ServerHttpSecurity http, @Nullable ServerRequestCache initial) {
		AuxiliaryCookies cookies = this.services.logins().cookies();
		SignInCountWebFilter signIns = new SignInCountWebFilter(cookies);
		http.addFilterAfter(signIns, SecurityWebFiltersOrder.ANONYMOUS_AUTHENTICATION);
		List<String> missing = ServerSecurityInternals.missingFields();
		if (!missing.isEmpty()) {
			logger.warn("Cannot tell whether a filter chain has logins, so it is left alone: its logins stay in the "
					+ "session. This version of Spring Security is not supported, as it does not have " + missing);
			return;
		}
		OAuth2LoginSpec login = (OAuth2LoginSpec) read(http, "oauth2Login");
		OAuth2ClientSpec client = (OAuth2ClientSpec) read(http, "client");
		addLogoutHandler(http);
		if ((login != null || client != null) && !ChainRepositories.mayBeOfApp(login)
				&& !ChainRepositories.mayBeOfApp(client)) {
			configure(http, login, client, signIns, initial);
		}
	}

	private void configure(ServerHttpSecurity http, @Nullable OAuth2LoginSpec login, @Nullable OAuth2ClientSpec client,
			SignInCountWebFilter signIns, @Nullable ServerRequestCache initial) {
		boolean withSessions = !isStateless(http, login);
		ReactiveSavedRequests savedRequests = withSessions ? carrySavedRequests(http, login, initial) : null;
		ReactiveSignedInUser user = new ReactiveSignedInUser(this.services.clients());
		AtomicBoolean scripts = new AtomicBoolean();
		List<ReactiveLoginChain> chains = new ArrayList<>();
		if (login != null) {
			chains.add(chain(login, user, savedRequests, scripts));
			ChainRepositories.set(login, repository(LoginNote.Kind.LOGIN, chains.get(0)));
			noteFailures(login);
			if (withSessions) {
				this.services.warnings().noteSignIn();
			}
		}
		if (client != null) {
			ReactiveLoginChain chain = chain(client, user, savedRequests, scripts);
			chains.add(chain);
			this.services.clients().add(user);
			ChainRepositories.set(client, repository(LoginNote.Kind.CLIENT, chain));
		}
		ReactiveCallbackRecovery recovery = new ReactiveCallbackRecovery(this.services.settings().recovery(),
				requestCache(http), redirect(login));
		http.addFilterBefore(new FormPostWebFilter(this.services.logins(), this.store, chains.get(0).check()),
				SecurityWebFiltersOrder.CSRF);
		http.addFilterBefore(new LoginWebFilter(recovery, this.services.logins(), signIns, chains.get(0)),
				SecurityWebFiltersOrder.HTTP_BASIC);
		http.addFilterAfter(FormPostWebFilter.refusal(), SecurityWebFiltersOrder.OAUTH2_AUTHORIZATION_CODE);
	}

	private SharedServerAuthorizationRequestRepository repository(LoginNote.Kind kind, ReactiveLoginChain chain) {
		return new SharedServerAuthorizationRequestRepository(kind, this.store, this.services, chain);
	}

	/**
	 * Login and client may have registrations of their own.
	 */
	private ReactiveLoginChain chain(Object spec, ReactiveSignedInUser user,
			@Nullable ReactiveSavedRequests savedRequests, AtomicBoolean scripts) {
		Supplier<ReactiveClientRegistrationRepository> own = (ChainRepositories
			.registrations(spec) instanceof ReactiveClientRegistrationRepository repository) ? () -> repository
					: this.registrations;
		return new ReactiveLoginChain(own, new CallbackCheck(own, this.services.settings()), user, savedRequests,
				scripts);
	}

	/**
	 * Adds to the handlers that are there. Without any, Spring Security has one that
	 * would be lost.
	 */
	private void addLogoutHandler(ServerHttpSecurity http) {
		if (read(http, "logout") == null) {
			return;
		}
		AuxiliaryCookies cookies = this.services.logins().cookies();
		http.logout((logout) -> logout.logoutHandler((handlers) -> {
			if (!handlers.isEmpty()) {
				handlers.add((exchange, authentication) -> Mono.fromRunnable(() -> {
					ReactiveExchange call = new ReactiveExchange(exchange.getExchange());
					call.addCookies(cookies.logout(call.browser(), !this.services.clients().isEmpty()));
				}));
			}
		}));
	}

	private static boolean isStateless(ServerHttpSecurity http, @Nullable OAuth2LoginSpec login) {
		Object own = (login != null) ? read(login, "securityContextRepository") : null;
		Object repository = (own != null) ? own : read(http, "securityContextRepository");
		return repository instanceof NoOpServerSecurityContextRepository;
	}

	/**
	 * Replaces the cache of pages that users ask for, if it keeps them in the session.
	 */
	private @Nullable ReactiveSavedRequests carrySavedRequests(ServerHttpSecurity http, @Nullable OAuth2LoginSpec login,
			@Nullable ServerRequestCache initial) {
		ServerRequestCache cache = requestCache(http);
		if (cache.getClass() != WebSessionServerRequestCache.class || !this.services.settings().carrySavedRequest()
				|| this.services.warnings().areSessionsShared()) {
			return null;
		}
		WebSessionServerRequestCache sessions = (WebSessionServerRequestCache) cache;
		Object saved = ServerSecurityInternals.read(WebSessionServerRequestCache.class, "saveRequestMatcher", sessions);
		if (!(saved instanceof ServerWebExchangeMatcher matcher)) {
			return null;
		}
		boolean custom = cache != initial || login == null || read(login, "loginPage") != null;
		ReactiveSavedRequests savedRequests = new ReactiveSavedRequests(sessions, matcher, custom, this.services);
		http.requestCache((spec) -> spec.requestCache(savedRequests));
		return savedRequests;
	}

	private static ServerRequestCache requestCache(ServerHttpSecurity http) {
		ServerRequestCache cache = ServerSecurityInternals.requestCache(http);
		return (cache != null) ? cache : new WebSessionServerRequestCache();
	}

	/**
	 * Returns the success handler that the app has set, if it only redirects.
	 */
	private static @Nullable ServerAuthenticationSuccessHandler redirect(@Nullable OAuth2LoginSpec login) {
		Object handlers = (login != null) ? read(login, "authenticationSuccessHandlers") : null;
		return (handlers instanceof List<?> list && list.size() == 1
				&& list.get(0) instanceof RedirectServerAuthenticationSuccessHandler handler
				&& handler.getClass() == RedirectServerAuthenticationSuccessHandler.class) ? handler : null;
	}

	/**
	 * Wraps the app's failure handler, or that of Spring Security.
	 */
	private static void noteFailures(OAuth2LoginSpec login) {
		Object own = read(login, "authenticationFailureHandler");
		ServerAuthenticationFailureHandler handler = (own instanceof ServerAuthenticationFailureHandler known) ? known
				: new RedirectServerAuthenticationFailureHandler("/login?error");
		login.authenticationFailureHandler((exchange, exception) -> Mono.defer(() -> {
			// Spring Security itself logs it at debug only
			LoginNote.of(new ReactiveExchange(exchange.getExchange())).setFailureReason(SafeLog.describe(exception));
			return handler.onAuthenticationFailure(exchange, exception);
		}));
	}

	private static @Nullable Object read(ServerHttpSecurity http, String field) {
		return ServerSecurityInternals.read(ServerHttpSecurity.class, field, http);
	}

	private static @Nullable Object read(OAuth2LoginSpec login, String field) {
		return ServerSecurityInternals.read(OAuth2LoginSpec.class, field, login);
	}

}
