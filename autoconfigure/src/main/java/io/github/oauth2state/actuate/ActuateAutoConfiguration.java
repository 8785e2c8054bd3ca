package io.github.oauth2state.actuate;

import java.time.Duration;
import java.time.InstantSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertyResolver;
import org.springframework.core.env.PropertySourcesPropertyResolver;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.logout.UserSessions;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Auto-configuration of the Actuator endpoint and the health indicator.
 */
@AutoConfiguration(
		after = { LoginAutoConfiguration.class, RolloutAutoConfiguration.class, StateStoreAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
public final class ActuateAutoConfiguration {

	private static final String HEALTH = "oauth2StateHealthContributor";

	/**
	 * Without a reachable endpoint there is no recorder either: a listener makes each
	 * cleanup query the database for what is left.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(OAuth2StateEndpoint.class)
	@ConditionalOnBean({ LoginSettings.class, Rollout.class })
	static class EndpointConfiguration {

		@Bean
		ActivityRecorder oauth2StateActivityRecorder() {
			return new ActivityRecorder(InstantSource.system());
		}

		@Bean
		OAuth2StateEndpoint oauth2StateEndpoint(ObjectProvider<StateStore> store, OAuth2StateSettings settings,
				LoginSettings loginSettings, Rollout rollout, StoreCircuit circuit, ActivityRecorder activity,
				SessionsOperation sessions) {
			return new OAuth2StateEndpoint(store.getIfUnique(), settings, loginSettings.ttl(), rollout, circuit,
					activity, sessions);
		}

		@Bean
		SessionsOperation oauth2StateSessionsOperation(ObjectProvider<UserSessions> sessions,
				ApplicationEventPublisher events, ObjectProvider<SecurityContextHolderStrategy> securityContexts) {
			return new SessionsOperation(sessions.getIfUnique(), events,
					securityContexts.getIfUnique(SecurityContextHolder::getContextHolderStrategy));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
	@EnableConfigurationProperties(StoreHealthProperties.class)
	static class HealthConfiguration {

		/**
		 * The condition is on the method, as it is an annotation of Spring Boot that may
		 * be missing with the classes that the configuration requires.
		 */
		@Bean
		@ConditionalOnEnabledHealthIndicator("oauth2state")
		@ConditionalOnSingleCandidate(StateStore.class)
		@ConditionalOnMissingBean(name = HEALTH)
		StoreHealthIndicator oauth2StateHealthContributor(StateStore store, OAuth2StateSettings settings,
				StoreHealthProperties properties, ObjectProvider<StoreCircuit> circuit) {
			return new StoreHealthIndicator(store, settings, properties, circuit.getIfAvailable(),
					InstantSource.system());
		}

		/**
		 * Cookies cannot fail. An app that names the health indicator in a health group
		 * must start with any store, though.
		 */
		@Bean(HEALTH)
		@ConditionalOnEnabledHealthIndicator("oauth2state")
		@ConditionalOnMissingBean(value = StateStore.class, name = HEALTH)
		HealthIndicator healthWithoutStore() {
			return () -> Health.up().withDetail("store", "cookie").build();
		}

	}

	/**
	 * Matches if operators may write to the endpoint. {@code RolloutAutoConfiguration}
	 * finds it by its name.
	 */
	static class OnWritableEndpointCondition extends SpringBootCondition {

		/**
		 * Asks Spring Boot's own resolver, which applies the properties of all endpoints
		 * too.
		 */
		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Endpoint endpoint = OAuth2StateEndpoint.class.getAnnotation(Endpoint.class);
			Access access = new PropertiesEndpointAccessResolver(properties(context.getEnvironment()))
				.accessFor(EndpointId.of(endpoint.id()), endpoint.defaultAccess());
			return new ConditionOutcome(access == Access.UNRESTRICTED,
					ConditionMessage.forCondition("Writable endpoint").because("its access is " + access));
		}

		/**
		 * Converts values such as {@code read-only} also in an environment that Spring
		 * Boot did not prepare.
		 */
		private static PropertyResolver properties(Environment environment) {
			if (!(environment instanceof ConfigurableEnvironment configurable)) {
				return environment;
			}
			PropertySourcesPropertyResolver properties = new PropertySourcesPropertyResolver(
					configurable.getPropertySources());
			properties.setConversionService(new ApplicationConversionService());
			return properties;
		}

	}

	/**
	 * Properties of the health of the store.
	 *
	 * @param cache how long the result of a health check of the store is cached, from 0s
	 * to 5m
	 * @param downOnFailure whether a failing store makes the health of the app DOWN,
	 * rather than only that of the store DEGRADED
	 */
	@ConfigurationProperties("oauth2-state.health")
	record StoreHealthProperties(@DefaultValue("5s") Duration cache, @DefaultValue("false") boolean downOnFailure) {

		Duration checkedCache() {
			return PropertyCheck.of("oauth2-state.health.cache", this.cache)
				.between(Duration.ZERO, Duration.ofMinutes(5), "Use 0s to 5m, for example 5s.");
		}

	}

}
