package io.github.oauth2state.refresh;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.util.function.SingletonSupplier;

import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.ConditionalOnOAuth2State;

/**
 * Auto-configuration of what puts a strategy to work, the app's own or one of the
 * library's.
 */
@AutoConfiguration(after = RefreshStrategyAutoConfiguration.class,
		afterName = "org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration")
@ConditionalOnOAuth2State
@ConditionalOnClass(OAuth2AuthorizedClientManager.class)
@ConditionalOnBean(TokenRefreshStrategy.class)
@ImportRuntimeHints(ClientInternals.Hints.class)
public final class RefreshAutoConfiguration {

	@Bean
	static ManagerCoordinator oauth2StateManagerCoordinator(ObjectProvider<Refresher> refresher,
			ObjectProvider<Removals> removals, Environment environment) {
		boolean clientCredentials = Binder.get(environment)
			.bind("oauth2-state.refresh.client-credentials", Boolean.class)
			.orElse(true);
		return new ManagerCoordinator(SingletonSupplier.of(refresher::getObject),
				SingletonSupplier.of(removals::getObject), clientCredentials);
	}

	@Bean
	static ClientsWatcher oauth2StateClientsWatcher(ObjectProvider<Removals> removals) {
		return new ClientsWatcher(SingletonSupplier.of(removals::getObject));
	}

	@Bean
	static StopOrder oauth2StateStopOrder() {
		return new StopOrder();
	}

	@Bean
	Removals oauth2StateRemovals(TokenRefreshStrategy strategy,
			ObjectProvider<ClientRegistrationRepository> registrations) {
		return new Removals(strategy, registrations::getIfUnique);
	}

	@Bean
	Refresher oauth2StateRefresher(TokenRefreshStrategy strategy, ObjectProvider<TokenRefreshListener> listeners,
			ObjectProvider<OAuth2AuthorizedClientService> clients) {
		OAuth2AuthorizedClientService service = clients.getIfUnique();
		boolean shared = service != null
				&& !(WatchedClients.unwrap(service) instanceof InMemoryOAuth2AuthorizedClientService);
		return new Refresher(strategy, listeners.orderedStream().toList(), shared ? service : null, service);
	}

	@Bean
	RefreshEventLogger oauth2StateRefreshEventLogger() {
		return new RefreshEventLogger();
	}

}
