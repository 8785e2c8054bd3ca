package io.github.oauth2state.logout;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
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
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
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

	@Bean
	SmartInitializingSingleton oauth2StateOidcSessionRegistryWarning(ListableBeanFactory beans,
			LogoutProperties properties) {
		return () -> properties.warnOfRegistries(beans, OidcSessionRegistry.class, InMemoryOidcSessionRegistry.class);
	}

	/**
	 * Logout on all instances.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnBackChannel.class)
	static class BackChannel {

		@Bean
		LogoutServices oauth2StateLogoutServices(ListableBeanFactory beans, LogoutProperties properties,
				OAuth2StateSettings settings, Environment environment, ObjectProvider<EndedSessionListener> listeners) {
			EndedSessionPublisher ended = new EndedSessionPublisher(() -> listeners.orderedStream().toList());
			return LogoutServices.create(beans, properties, settings, environment, ended,
					SpringSessions.deletion(beans, ended));
		}

		@Bean(REGISTRY)
		@ConditionalOnMissingBean
		OidcSessionRegistry oauth2StateOidcSessionRegistry(LogoutServices services) {
			return new SharedOidcSessionRegistry(services);
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
			return new OperatorLogout(services, settings.namespace(),
					(id) -> registrations.getObject().findByRegistrationId(id));
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

}
