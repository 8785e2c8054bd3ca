package io.github.oauth2state.store;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateProperties;

/**
 * Auto-configuration that comes after those of the stores, and stops the app when none of
 * them applied: a login that silently stays in one instance is what users come to us to
 * get rid of.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class,
		afterName = { "io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration",
				"io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration",
				"io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration" })
@ConditionalOnOAuth2State
@EnableConfigurationProperties(CircuitBreakerProperties.class)
public final class StateStoreAutoConfiguration {

	@Bean
	StoreDecorators oauth2StateStoreDecorators(ObjectProvider<StoreDecorator> decorators) {
		return new StoreDecorators(decorators.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean
	@Conditional(NeedsStore.class)
	@SuppressWarnings("DoNotCallSuggester")
	StateStore noStateStore(OAuth2StateProperties properties, ConfigurableListableBeanFactory beanFactory) {
		throw MissingStore.failure(properties.store(), StoreConnections.in(beanFactory),
				StoreConnections.beans(beanFactory));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnClass(name = "io.github.resilience4j.circuitbreaker.CircuitBreaker")
	@ConditionalOnBooleanProperty(name = "oauth2-state.circuit-breaker.enabled", matchIfMissing = true)
	StoreCircuit oauth2StateStoreCircuit(CircuitBreakerProperties properties) {
		return new Resilience4jCircuit(properties);
	}

	@Bean
	@ConditionalOnMissingBean(StoreCircuit.class)
	StoreCircuit oauth2StateNoCircuit() {
		return StoreCircuit.alwaysClosed();
	}

	/**
	 * Logins that are kept in cookies need no store, and those of reactive apps have none
	 * yet, of which they are warned.
	 */
	static class NeedsStore extends NoneNestedConditions {

		NeedsStore() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnProperty(name = "oauth2-state.store", havingValue = "cookie")
		static class InCookies {

		}

		@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
		static class Reactive {

		}

	}

}
