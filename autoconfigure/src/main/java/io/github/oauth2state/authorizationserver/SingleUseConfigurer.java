package io.github.oauth2state.authorizationserver;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;

/**
 * Decorates the authorization service that an authorization server uses, wherever it
 * comes from: a bean that could not be decorated, a service that the app set on the
 * server, or the one in memory that the server makes for itself.
 */
final class SingleUseConfigurer extends AbstractHttpConfigurer<SingleUseConfigurer, HttpSecurity> {

	private static final Log logger = LogFactory.getLog(SingleUseConfigurer.class);

	private final AuthorizationServiceGuard guard;

	SingleUseConfigurer(AuthorizationServiceGuard guard) {
		this.guard = guard;
	}

	/**
	 * Comes before the server's own configurer, which looks for a shared object first.
	 */
	@Override
	public void init(HttpSecurity http) {
		if (http.getConfigurer(OAuth2AuthorizationServerConfigurer.class) == null) {
			return;
		}
		OAuth2AuthorizationService service = service(http);
		if (service instanceof InMemoryOAuth2AuthorizationService) {
			logger
				.warn("The authorization server keeps its authorizations in the memory of this instance: a code can be "
						+ "redeemed at the instance that issued it only, and a restart loses all tokens. With several "
						+ "instances, declare a JdbcOAuth2AuthorizationService as a bean.");
		}
		http.setSharedObject(OAuth2AuthorizationService.class, this.guard.decorate(service));
	}

	private static OAuth2AuthorizationService service(HttpSecurity http) {
		OAuth2AuthorizationService set = http.getSharedObject(OAuth2AuthorizationService.class);
		if (set != null) {
			return set;
		}
		OAuth2AuthorizationService bean = http.getSharedObject(ApplicationContext.class)
			.getBeanProvider(OAuth2AuthorizationService.class)
			.getIfUnique();
		return (bean != null) ? bean : new InMemoryOAuth2AuthorizationService();
	}

}
