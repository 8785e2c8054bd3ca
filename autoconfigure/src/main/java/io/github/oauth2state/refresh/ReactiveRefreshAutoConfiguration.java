package io.github.oauth2state.refresh;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;

import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.tokens.ReactiveRefusalHandler;

/**
 * Auto-configuration that applies the strategy to the managers of a reactive app. The
 * strategy is the app's own or one of the library's.
 */
@AutoConfiguration(after = ReactiveRefreshStrategyAutoConfiguration.class,
		afterName = "org.springframework.boot.security.oauth2.client.autoconfigure.reactive.ReactiveOAuth2ClientAutoConfiguration")
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(name = { "reactor.core.publisher.Mono",
		"org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager" })
@ConditionalOnBean(ReactiveTokenRefreshStrategy.class)
@EnableConfigurationProperties(RefreshProperties.class)
@ImportRuntimeHints(ReactiveClientInternals.ReactiveHints.class)
public final class ReactiveRefreshAutoConfiguration {

	@Bean
	static ReactiveManagerCoordinator oauth2StateManagerCoordinator(ObjectProvider<ReactiveStrategyRunner> runner,
			ReactiveRemovalWatcher removals, ObjectProvider<RefreshProperties> properties) {
		return new ReactiveManagerCoordinator(lazily(runner::getObject), removals,
				new ClientCredentials(() -> properties.getObject().clientCredentials()));
	}

	/**
	 * Remembers what a source supplies. Two threads may ask the source at once: a lock
	 * would block the event loop of one of them.
	 */
	private static <T> Supplier<T> lazily(Supplier<T> source) {
		AtomicReference<T> known = new AtomicReference<>();
		return () -> {
			T value = known.get();
			if (value == null) {
				value = source.get();
				known.set(value);
			}
			return value;
		};
	}

	@Bean
	static ReactiveRemovalWatcher oauth2StateRemovalWatcher(ObjectProvider<ReactiveTokenRefreshStrategy> strategy,
			ObjectProvider<ReactiveClientRegistrationRepository> registrations) {
		return new ReactiveRemovalWatcher(lazily(strategy::getObject), registrations::getIfUnique);
	}

	@Bean
	static RefreshAutoConfiguration.StopOrder oauth2StateStopOrder() {
		return new RefreshAutoConfiguration.StopOrder();
	}

	@Bean
	ReactiveStrategyRunner oauth2StateStrategyRunner(ReactiveTokenRefreshStrategy strategy,
			ObjectProvider<TokenRefreshListener> listeners,
			ObjectProvider<ReactiveOAuth2AuthorizedClientService> clients, RefreshProperties properties,
			ObjectProvider<ReactiveRefusalHandler> handlers) {
		boolean logout = properties.onRefusal() == RefreshProperties.OnRefusal.LOGOUT;
		ReactiveRefusals refusals = new ReactiveRefusals(
				lazily(() -> logout ? handlers.orderedStream().toList() : List.of()));
		return new ReactiveStrategyRunner(strategy, listeners.orderedStream().toList(), clients.getIfUnique(), refusals,
				properties.waitTimeout());
	}

}
