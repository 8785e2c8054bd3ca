package io.github.oauth2state.logout;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.web.AuthenticatedPrincipalOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.web.session.ConcurrentSessionFilter;

/**
 * Adds the revocation of tokens to the logout of a filter chain, after the app's own
 * handlers and before the session ends.
 */
final class TokenLogoutConfigurer extends AbstractHttpConfigurer<TokenLogoutConfigurer, HttpSecurity> {

	private final TokenLogoutHandler handler;

	private volatile @Nullable OAuth2AuthorizedClientRepository clients;

	TokenLogoutConfigurer(TokenRevocation revocation) {
		this.handler = new TokenLogoutHandler(revocation::revoke, () -> this.clients);
	}

	@Override
	@SuppressWarnings("unchecked")
	public void init(HttpSecurity http) {
		LogoutConfigurer<HttpSecurity> logout = http.getConfigurer(LogoutConfigurer.class);
		if (logout == null) {
			return;
		}
		logout.addLogoutHandler(this.handler);
		SessionManagementConfigurer<HttpSecurity> sessions = http.getConfigurer(SessionManagementConfigurer.class);
		if (sessions != null) {
			sessions.addObjectPostProcessor(withoutRevocation(logout));
		}
	}

	/**
	 * Spring Security runs the handlers also on a session that ended because the same
	 * user logged in again, with {@code maximumSessions}. The tokens are those of the new
	 * login then.
	 */
	private static ObjectPostProcessor<ConcurrentSessionFilter> withoutRevocation(
			LogoutConfigurer<HttpSecurity> logout) {
		return new ObjectPostProcessor<>() {
			@Override
			public <O extends ConcurrentSessionFilter> O postProcess(O filter) {
				filter.setLogoutHandlers(List.of(TokenLogoutHandler.others(logout.getLogoutHandlers())));
				return filter;
			}
		};
	}

	/**
	 * Looks for the repository only now, when the app has configured the chain.
	 */
	@Override
	public void configure(HttpSecurity http) {
		OAuth2AuthorizedClientRepository ofChain = http.getSharedObject(OAuth2AuthorizedClientRepository.class);
		this.clients = (ofChain != null) ? ofChain : bean(http.getSharedObject(ApplicationContext.class));
	}

	private static @Nullable OAuth2AuthorizedClientRepository bean(ApplicationContext beans) {
		OAuth2AuthorizedClientRepository clients = beans.getBeanProvider(OAuth2AuthorizedClientRepository.class)
			.getIfUnique();
		if (clients != null) {
			return clients;
		}
		OAuth2AuthorizedClientService service = beans.getBeanProvider(OAuth2AuthorizedClientService.class)
			.getIfUnique();
		return (service != null) ? new AuthenticatedPrincipalOAuth2AuthorizedClientRepository(service) : null;
	}

}
