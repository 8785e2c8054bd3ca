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
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.oidc.server.session.InMemoryReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.server.session.ReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.session.MapSession;
import org.springframework.session.config.ReactiveSessionRepositoryCustomizer;
import org.springframework.session.data.redis.ReactiveRedisIndexedSessionRepository;
import org.springframework.session.data.redis.ReactiveRedisSessionRepository;
import org.springframework.session.data.redis.RedisSessionMapper;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.publisher.Mono;

import io.github.oauth2state.EndedSessionListener;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.store.ReactiveStoreAutoConfiguration;
import io.github.oauth2state.store.ReactiveStores;

/**
 * Auto-configuration of logout that reaches every instance of a reactive app.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, ReactiveStoreAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ ReactiveOidcSessionRegistry.class, ServerHttpSecurity.class })
@EnableConfigurationProperties(LogoutProperties.class)
@ImportRuntimeHints(ReactiveChain.Hints.class)
public final class ReactiveLogoutAutoConfiguration {

	static final String REGISTRY = "oauth2StateReactiveOidcSessionRegistry";

	@Bean
	SmartInitializingSingleton oauth2StateOidcSessionRegistryWarning(ListableBeanFactory beans,
			LogoutProperties properties) {
		return () -> properties.warnOfRegistries(beans, ReactiveOidcSessionRegistry.class,
				InMemoryReactiveOidcSessionRegistry.class);
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
					ReactiveSpringSessions.deletion(beans, ended));
		}

		@Bean(REGISTRY)
		@ConditionalOnMissingBean
		ReactiveOidcSessionRegistry oauth2StateReactiveOidcSessionRegistry(LogoutServices services,
				ReactiveStores stores) {
			return new ReactiveSharedOidcSessionRegistry(services, stores);
		}

		@Bean
		ReactiveSessionWatchFilter oauth2StateSessionWatchFilter(LogoutServices services, ReactiveStores stores) {
			return new ReactiveSessionWatchFilter(services, stores);
		}

		/**
		 * The first of all customizers. So the filter for logout tokens comes before that
		 * of Spring Security.
		 */
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		Customizer<ServerHttpSecurity> oauth2StateLogoutCustomizer(LogoutServices services, ReactiveStores stores,
				ObjectProvider<ReactiveClientRegistrationRepository> registrations,
				ObjectProvider<WebSessionManager> managers, ListableBeanFactory beans, OAuth2StateSettings settings) {
			LogoutMarks own = services.marks();
			ReactiveLogoutMarks marks = (own != null)
					? new ReactiveLogoutMarks(own, stores.of(LogoutServices.storeOfMarks(beans, settings))) : null;
			SingletonSupplier<@Nullable WebSessionManager> manager = SingletonSupplier
				.ofNullable(managers::getIfUnique);
			return (http) -> http
				.addFilterAfter(
						new ReactiveSessionLogoutFilter(services, marks,
								new ReactiveSessionEnd(services.ended(), stores), manager),
						SecurityWebFiltersOrder.REACTOR_CONTEXT)
				.addFilterBefore(
						new ReactiveLogoutTokenFilter((id) -> registrations.getObject().findByRegistrationId(id),
								services.events()),
						SecurityWebFiltersOrder.CSRF);
		}

		@Bean
		static ReactiveLogoutChains oauth2StateLogoutChains(ObjectProvider<LogoutServices> services,
				ListableBeanFactory beans) {
			return new ReactiveLogoutChains(services::getObject, beans);
		}

		/**
		 * Called by the Actuator on a thread that may block.
		 */
		@Bean
		UserSessions oauth2StateUserSessions(LogoutServices services, OAuth2StateSettings settings,
				ObjectProvider<ReactiveClientRegistrationRepository> registrations) {
			return new OperatorLogout(services, settings.namespace(),
					(id) -> registrations.getObject().findByRegistrationId(id).block(settings.timeout()));
		}

		/**
		 * Not lazy, as requests are watched only after it exists.
		 */
		@Bean
		@Lazy(false)
		@ConditionalOnProperty(name = "oauth2-state.refresh.on-refusal", havingValue = "logout")
		ReactiveRefusedRefreshLogout oauth2StateRefusedRefreshLogout(LogoutServices services, ReactiveStores stores) {
			return new ReactiveRefusedRefreshLogout(services, stores);
		}

	}

	/**
	 * Sessions of Spring Session in Redis, as {@link LogoutAutoConfiguration} has them.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ReactiveRedisSessionRepository.class, ReactiveSessionRepositoryCustomizer.class })
	@Conditional(OnBackChannel.class)
	static class RedisSessions {

		private static final RedisSessionMapper MAPPER = new RedisSessionMapper();

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		ReactiveSessionRepositoryCustomizer<ReactiveRedisSessionRepository> oauth2StateDeletedSessions() {
			return (repository) -> repository.setRedisSessionMapper(RedisSessions::sessionIfWhole);
		}

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		ReactiveSessionRepositoryCustomizer<ReactiveRedisIndexedSessionRepository> oauth2StateDeletedIndexedSessions() {
			return (repository) -> repository.setRedisSessionMapper(RedisSessions::sessionIfWhole);
		}

		private static Mono<MapSession> sessionIfWhole(String id, Map<String, Object> entries) {
			return Mono.fromSupplier(() -> MAPPER.apply(id, entries))
				.onErrorResume(IllegalStateException.class, (ex) -> Mono.empty());
		}

	}

}
