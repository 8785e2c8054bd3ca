package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.session.InMemoryOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.session.MapSession;
import org.springframework.session.config.SessionRepositoryCustomizer;
import org.springframework.session.data.redis.RedisIndexedSessionRepository;
import org.springframework.session.data.redis.RedisSessionMapper;
import org.springframework.session.data.redis.RedisSessionRepository;

import io.github.oauth2state.EndedSessionListener;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

/**
 * Auto-configuration of logout that reaches every instance.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ OidcSessionRegistry.class, HttpSecurity.class })
@EnableConfigurationProperties(LogoutProperties.class)
public final class LogoutAutoConfiguration {

	static final String REGISTRY = "oauth2StateOidcSessionRegistry";

	private static final Log logger = LogFactory.getLog(LogoutAutoConfiguration.class);

	/**
	 * The app's own registry knows only the sessions that it is told of, and Spring
	 * Security ignores all registries if there are several.
	 */
	@Bean
	SmartInitializingSingleton oauth2StateOidcSessionRegistryWarning(ListableBeanFactory beans,
			LogoutProperties properties) {
		return () -> {
			String[] names = beans.getBeanNamesForType(OidcSessionRegistry.class, true, false);
			if (names.length > 1) {
				logger.warn("Spring Security uses none of the OidcSessionRegistry beans " + Arrays.toString(names)
						+ ", as there are several, and keeps sessions in memory instead. Declare one of them only, or none.");
			}
			else if (names.length == 1 && properties.backChannel() != LogoutProperties.BackChannel.OFF
					&& InMemoryOidcSessionRegistry.class.equals(beans.getType(names[0], false))) {
				logger.warn("The app declares an InMemoryOidcSessionRegistry, so a logout token ends sessions of the "
						+ "instance that receives it only. Remove the bean '" + names[0]
						+ "' to let OAuth2 State end them on all instances, or set oauth2-state.logout.back-channel=off.");
			}
		};
	}

	/**
	 * Logout on all instances.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnBackChannel.class)
	static class BackChannel {

		@Bean
		LogoutServices oauth2StateLogoutServices(LogoutProperties properties, OAuth2StateSettings settings,
				ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores,
				ObjectProvider<ConfiguredStore.Decorator> decorators, ObjectProvider<LogoutListener> listeners,
				ObjectProvider<EndedSessionListener> endedListeners, ListableBeanFactory beans,
				Environment environment) {
			LogoutEventPublisher events = new LogoutEventPublisher(() -> listeners.orderedStream().toList());
			EndedSessionPublisher ended = new EndedSessionPublisher(() -> endedListeners.orderedStream().toList());
			Consumer<String> deletion = SpringSessions.deletion(beans, ended);
			Optional<SessionIndex> index = ConfiguredStore.sharedIndex(settings.store(), logins, stores);
			InstantSource clock = InstantSource.system();
			boolean indexed = properties.isRegistryChosen(deletion != null, index.isPresent());
			if (indexed && deletion != null) {
				IndexedSessions sessions = new IndexedSessions(index.orElseThrow(), deletion, settings.namespace(),
						clock);
				return new LogoutServices(sessions, new IndexUpdates(sessions, clock), events, ended, Duration.ZERO);
			}
			// Stores of the app that cannot be told apart stop it here
			StateStore store = ConfiguredStore.shared(settings.store(), logins, stores).orElseGet(logins::getObject);
			LogoutMarks marks = new LogoutMarks(ConfiguredStore.decorate(store, decorators), settings.namespace(),
					properties.markTtl(environment));
			return new LogoutServices(marks, null, events, ended, properties.checkedCheckInterval());
		}

		@Bean(REGISTRY)
		@ConditionalOnMissingBean
		OidcSessionRegistry oauth2StateOidcSessionRegistry(LogoutServices services) {
			return services.registry();
		}

		/**
		 * The first of all customizers, so that it comes before the configurer of Spring
		 * Security.
		 */
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		Customizer<HttpSecurity> oauth2StateLogoutCustomizer(LogoutServices services) {
			return (http) -> http.with(new SharedLogoutConfigurer(services));
		}

		/**
		 * Comes before the filter of Spring Session, and so ends after it.
		 */
		@Bean
		FilterRegistrationBean<AfterSaveFilter> oauth2StateAfterSaveFilter(LogoutServices services) {
			FilterRegistrationBean<AfterSaveFilter> registration = new FilterRegistrationBean<>(new AfterSaveFilter());
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			registration.setEnabled(services.updates() != null);
			return registration;
		}

		@Bean
		UserSessions oauth2StateUserSessions(LogoutServices services, OAuth2StateSettings settings,
				ObjectProvider<ClientRegistrationRepository> registrations) {
			return new OperatorLogout(services, settings.namespace(), registrations::getObject);
		}

		/**
		 * Not lazy, as requests are watched only after it exists.
		 */
		@Bean
		@Lazy(false)
		@ConditionalOnProperty(name = "oauth2-state.refresh.on-refusal", havingValue = "logout")
		RefusedRefreshLogout oauth2StateRefusedRefreshLogout(LogoutServices services) {
			return new RefusedRefreshLogout(services);
		}

	}

	/**
	 * Sessions of Spring Session in Redis. A request that was in flight when its session
	 * was deleted may write to it once more, or give what is left another id. That is no
	 * session, but reading it would fail until it expires.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RedisSessionRepository.class, SessionRepositoryCustomizer.class })
	@Conditional(OnBackChannel.class)
	static class RedisSessions {

		private static final RedisSessionMapper MAPPER = new RedisSessionMapper();

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		SessionRepositoryCustomizer<RedisSessionRepository> oauth2StateDeletedSessions() {
			return (repository) -> repository.setRedisSessionMapper(RedisSessions::sessionIfWhole);
		}

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		SessionRepositoryCustomizer<RedisIndexedSessionRepository> oauth2StateDeletedIndexedSessions() {
			return (repository) -> repository.setRedisSessionMapper(RedisSessions::sessionIfWhole);
		}

		private static @Nullable MapSession sessionIfWhole(String id, Map<String, Object> entries) {
			try {
				return MAPPER.apply(id, entries);
			}
			catch (IllegalStateException ex) {
				return null;
			}
		}

	}

	/**
	 * Matches if logout is not switched off and there is a store. Logins in cookies need
	 * none.
	 */
	static class OnBackChannel extends SpringBootCondition implements ConfigurationCondition {

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			LogoutProperties.BackChannel configured = Binder.get(context.getEnvironment())
				.bind("oauth2-state.logout.back-channel", LogoutProperties.BackChannel.class)
				.orElse(LogoutProperties.BackChannel.AUTO);
			ListableBeanFactory beans = Objects.requireNonNull(context.getBeanFactory());
			boolean store = Stream.of(StateStore.class, ConfiguredStore.class)
				.anyMatch((type) -> beans.getBeanNamesForType(type, true, false).length > 0);
			return new ConditionOutcome(store && configured != LogoutProperties.BackChannel.OFF,
					ConditionMessage.forCondition("Back-channel logout")
						.because("oauth2-state.logout.back-channel is " + configured + " and there is "
								+ (store ? "a" : "no") + " store"));
		}

	}

}
