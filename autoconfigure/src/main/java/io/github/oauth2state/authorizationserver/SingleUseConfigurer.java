package io.github.oauth2state.authorizationserver;

import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.ObjectPostProcessor;
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

	private final Supplier<SingleUse> singleUse;

	SingleUseConfigurer(AuthorizationServiceGuard guard, Supplier<SingleUse> singleUse) {
		this.guard = guard;
		this.singleUse = singleUse;
	}

	/**
	 * Comes before the server's own configurer, which looks for a shared object first.
	 */
	@Override
	public void init(HttpSecurity http) {
		OAuth2AuthorizationServerConfigurer server = http.getConfigurer(OAuth2AuthorizationServerConfigurer.class);
		if (server == null) {
			return;
		}
		OAuth2AuthorizationService service = service(http);
		if (service instanceof InMemoryOAuth2AuthorizationService) {
			logger
				.warn("The authorization server keeps its authorizations in the memory of this instance: a code can be "
						+ "redeemed at the instance that issued it only, and a restart loses all tokens. With several "
						+ "instances, declare a JdbcOAuth2AuthorizationService as a bean.");
		}
		OAuth2AuthorizationService decorated = this.guard.decorate(service);
		http.setSharedObject(OAuth2AuthorizationService.class, decorated);
		server.addObjectPostProcessor(new ObjectPostProcessor<AuthenticationProvider>() {
			@Override
			@SuppressWarnings("unchecked")
			public <O extends AuthenticationProvider> O postProcess(O provider) {
				return (O) SingleUseConfigurer.this.singleUse.get().decorate(provider, decorated);
			}
		});
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
