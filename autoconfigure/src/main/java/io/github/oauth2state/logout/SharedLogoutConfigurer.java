package io.github.oauth2state.logout;

import java.util.List;

import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OidcLogoutConfigurer;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.authentication.logout.SecurityContextLogoutHandler;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.header.HeaderWriterFilter;

/**
 * Makes a filter chain with OpenID Connect logout use the shared registry, and every
 * chain end sessions that are over: another chain of the app may have begun them.
 */
final class SharedLogoutConfigurer extends AbstractHttpConfigurer<SharedLogoutConfigurer, HttpSecurity> {

	private final LogoutServices services;

	SharedLogoutConfigurer(LogoutServices services) {
		this.services = services;
	}

	@Override
	@SuppressWarnings("unchecked")
	public void init(HttpSecurity http) {
		LogoutConfigurer<HttpSecurity> logout = http.getConfigurer(LogoutConfigurer.class);
		if (logout != null && this.services.updates() != null) {
			logout.addLogoutHandler(removal(this.services.updates()));
		}
	}

	private static LogoutHandler removal(IndexUpdates updates) {
		return (request, response, authentication) -> {
			HttpSession session = request.getSession(false);
			if (authentication != null && authentication.getPrincipal() instanceof OidcUser user && session != null) {
				updates.remove(session.getId(), ProviderSession.userOf(new ServletSession(session), user));
			}
		};
	}

	/**
	 * Comes before the configurers of Spring Security, which look for a shared object
	 * first. The filter follows both filters that can load the user.
	 */
	@Override
	@SuppressWarnings("unchecked")
	public void configure(HttpSecurity http) {
		http.addFilterBefore(
				new SessionLogoutFilter(this.services, getSecurityContextHolderStrategy(), logoutHandlers(http)),
				HeaderWriterFilter.class);
		if (http.getConfigurer(OidcLogoutConfigurer.class) == null) {
			return;
		}
		ApplicationContext context = http.getSharedObject(ApplicationContext.class);
		if (usesSharedRegistry(http.getSharedObject(OidcSessionRegistry.class), context)) {
			this.services.setInUse();
			ClientRegistrationRepository registrations = registrations(http);
			if (registrations instanceof InMemoryClientRegistrationRepository inMemory) {
				LogoutServices.warnOfUnknownIssuers(inMemory);
			}
			http.setSharedObject(OidcSessionRegistry.class, new SharedOidcSessionRegistry(this.services));
			http.addFilterBefore(new LogoutTokenFilter(registrations, this.services.events()), CsrfFilter.class);
		}
	}

	/**
	 * Returns whether neither the filter chain nor the app has a registry of its own. A
	 * chain may also be given the shared one.
	 */
	private static boolean usesSharedRegistry(@Nullable OidcSessionRegistry ofChain, ApplicationContext context) {
		if (ofChain != null) {
			return ofChain instanceof SharedOidcSessionRegistry;
		}
		return List.of(context.getBeanNamesForType(OidcSessionRegistry.class))
			.equals(List.of(LogoutAutoConfiguration.REGISTRY));
	}

	/**
	 * Returns the handlers that Spring Security calls when a user logs out. The list gets
	 * its last handlers, such as the one that ends the session, only after this.
	 */
	@SuppressWarnings("unchecked")
	private LogoutHandler logoutHandlers(HttpSecurity http) {
		LogoutConfigurer<HttpSecurity> logout = http.getConfigurer(LogoutConfigurer.class);
		if (logout == null) {
			SecurityContextLogoutHandler only = new SecurityContextLogoutHandler();
			only.setSecurityContextHolderStrategy(getSecurityContextHolderStrategy());
			return only;
		}
		return TokenLogoutHandler.others(logout.getLogoutHandlers());
	}

	private static ClientRegistrationRepository registrations(HttpSecurity http) {
		ClientRegistrationRepository registrations = http.getSharedObject(ClientRegistrationRepository.class);
		return (registrations != null) ? registrations
				: http.getSharedObject(ApplicationContext.class).getBean(ClientRegistrationRepository.class);
	}

}
