package io.github.oauth2state.login.servlet;

import java.time.temporal.ChronoUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateProperties;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.StoreType;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;
import io.github.oauth2state.store.StoreDecorators;

/**
 * Auto-configuration that hooks the shared repository into every filter chain which has
 * none of its own.
 */
@AutoConfiguration(
		after = { LoginAutoConfiguration.class, RolloutAutoConfiguration.class, StateStoreAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "oauth2-state.enabled", matchIfMissing = true)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ HttpSecurity.class, AuthorizationRequestRepository.class })
@ImportRuntimeHints(SecurityInternals.Hints.class)
public final class ServletLoginAutoConfiguration {

	private static final Log logger = LogFactory.getLog(ServletLoginAutoConfiguration.class);

	@Bean
	LoginPaths oauth2StateLoginPaths(OAuth2StateProperties properties, Rollout rollout, StoreCircuit circuit) {
		LoginPath rolledOut = (properties.store() == StoreType.COOKIE) ? LoginPath.COOKIE : LoginPath.SHARED;
		return new LoginPaths(rolledOut, rollout, circuit, properties.onStoreFailure());
	}

	@Bean
	LoginServices oauth2StateLoginServices(ObjectProvider<StateStore> stores, StoreDecorators decorators,
			PendingLogins logins, LoginPaths paths, LoginSettings loginSettings,
			OAuth2StateSettings settings) {
		StateStore store = (paths.rolledOut() == LoginPath.COOKIE) ? new NoStore() : stores.getObject();
		logger.info(
				"Pending logins are kept in %s: namespace '%s', time to live %s, timeout %s, rollout %s, binding cookie %s"
					.formatted(store, settings.namespace(),
							DurationStyle.SIMPLE.print(loginSettings.ttl(), ChronoUnit.SECONDS),
							DurationStyle.SIMPLE.print(settings.timeout(), ChronoUnit.MILLIS),
							paths.rollout().describe(), loginSettings.cookie().describe()));
		return new LoginServices(decorators.around(store), logins, loginSettings, paths,
				new PlainHttpWarning());
	}

	@Bean
	SessionWarnings oauth2StateSessionWarnings(LoginServices services, ListableBeanFactory beans,
			Environment environment) {
		return new SessionWarnings(services, beans,
				Binder.get(environment).bind("oauth2-state.on-store-failure", String.class).isBound());
	}

	@Bean
	static FilterChainReport oauth2StateFilterChainReport() {
		return new FilterChainReport();
	}

	/**
	 * For filters that an app makes itself. Spring Security does not look for such a
	 * bean.
	 */
	@Bean
	@ConditionalOnMissingBean(AuthorizationRequestRepository.class)
	AuthorizationRequestRepository<OAuth2AuthorizationRequest> oauth2StateAuthorizationRequestRepository(
			LoginServices services, ObjectProvider<ClientRegistrationRepository> registrations,
			ObjectProvider<SecurityContextHolderStrategy> securityContexts) {
		CurrentUser user = new CurrentUser(
				() -> securityContexts.getIfUnique(SecurityContextHolder::getContextHolderStrategy));
		return new FilterRepository(services, new ChainContext(
				new MixUpDefense(registrations::getObject, services.settings()), user::name, true, null));
	}

	/**
	 * The first of all customizers, so that it comes before users' own, and they have the
	 * last word.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	Customizer<HttpSecurity> oauth2StateHttpSecurityCustomizer(LoginServices services, SessionWarnings sessions) {
		return (http) -> http.with(new SharedLoginConfigurer(services, sessions));
	}

}
