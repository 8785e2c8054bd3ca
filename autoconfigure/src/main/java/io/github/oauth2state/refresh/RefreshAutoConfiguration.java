package io.github.oauth2state.refresh;

import java.util.List;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.util.function.SingletonSupplier;

import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.tokens.RefusalHandler;

/**
 * Auto-configuration that applies the strategy to the managers of the app. The strategy
 * is the app's own or one of the library's.
 */
@AutoConfiguration(after = RefreshStrategyAutoConfiguration.class,
		afterName = "org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration")
@ConditionalOnOAuth2State
@ConditionalOnClass(OAuth2AuthorizedClientManager.class)
@ConditionalOnBean(TokenRefreshStrategy.class)
@Conditional(RefreshStrategyAutoConfiguration.NotReactive.class)
@EnableConfigurationProperties(RefreshProperties.class)
@ImportRuntimeHints(ClientInternals.Hints.class)
public final class RefreshAutoConfiguration {

	@Bean
	static ManagerCoordinator oauth2StateManagerCoordinator(ObjectProvider<StrategyRunner> runner,
			RemovalWatcher removals, ObjectProvider<RefreshProperties> properties) {
		return new ManagerCoordinator(SingletonSupplier.of(runner::getObject), removals,
				new ClientCredentials(() -> properties.getObject().clientCredentials()));
	}

	@Bean
	static RemovalWatcher oauth2StateRemovalWatcher(ObjectProvider<TokenRefreshStrategy> strategy,
			ObjectProvider<ClientRegistrationRepository> registrations) {
		return new RemovalWatcher(SingletonSupplier.of(strategy::getObject), registrations::getIfUnique);
	}

	@Bean
	static StopOrder oauth2StateStopOrder() {
		return new StopOrder();
	}

	@Bean
	StrategyRunner oauth2StateStrategyRunner(TokenRefreshStrategy strategy,
			ObjectProvider<TokenRefreshListener> listeners, ObjectProvider<OAuth2AuthorizedClientService> clients,
			RefreshProperties properties, ObjectProvider<RefusalHandler> handlers) {
		boolean logout = properties.onRefusal() == RefreshProperties.OnRefusal.LOGOUT;
		Refusals refusals = new Refusals(
				SingletonSupplier.of(() -> logout ? handlers.orderedStream().toList() : List.of()));
		return new StrategyRunner(strategy, listeners.orderedStream().toList(), clients.getIfUnique(), refusals);
	}

	/**
	 * Keeps the strategy, and so its store, until the app's executors have ended. Their
	 * last jobs may need new tokens, and a refresh without coordination may cost a user
	 * the session. Spring destroys a bean after the beans that depend on it.
	 */
	static final class StopOrder implements BeanPostProcessor, BeanFactoryAware {

		private static final String QUARTZ = "org.springframework.scheduling.quartz.SchedulerFactoryBean";

		private @Nullable ConfigurableBeanFactory beans;

		@Override
		public void setBeanFactory(BeanFactory beanFactory) {
			this.beans = (beanFactory instanceof ConfigurableBeanFactory configurable) ? configurable : null;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			boolean runsJobs = bean instanceof Executor || bean.getClass().getName().equals(QUARTZ);
			if (runsJobs && this.beans != null) {
				this.beans.registerDependentBean(RefreshStrategyAutoConfiguration.STRATEGY, beanName);
			}
			return bean;
		}

	}

}
