package io.github.oauth2state.login.servlet;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Binder;
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
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.DeploymentWarnings;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Auto-configuration that hooks the shared repository into every filter chain which has
 * none of its own.
 */
@AutoConfiguration(
		after = { LoginAutoConfiguration.class, RolloutAutoConfiguration.class, StateStoreAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ HttpSecurity.class, AuthorizationRequestRepository.class })
@ImportRuntimeHints(SecurityInternals.Hints.class)
public final class ServletLoginAutoConfiguration {

	@Bean
	LoginServices oauth2StateLoginServices(PendingLogins logins, LoginSettings loginSettings, Rollout rollout,
			OAuth2StateSettings settings, DeploymentWarnings warnings, Environment environment) {
		return new LoginServices(logins, loginSettings, rollout,
				(settings.store() == StoreType.COOKIE) ? LoginPath.COOKIE : LoginPath.SHARED, settings.onStoreFailure(),
				warnings, environment, true);
	}

	@Bean
	GuardedStateStore oauth2StateLoginStore(ObjectProvider<StateStore> stores,
			ObjectProvider<ConfiguredStore.Decorator> decorators, StoreCircuit circuit, LoginServices services,
			OAuth2StateSettings settings) {
		StateStore store = (settings.store() == StoreType.COOKIE) ? GuardedStateStore.none() : stores.getObject();
		services.logStart(store, settings.timeout());
		return new GuardedStateStore(ConfiguredStore.decorate(store, decorators), circuit);
	}

	@Bean
	DeploymentWarnings oauth2StateDeploymentWarnings(ObjectProvider<StateStore> stores, LoginSettings loginSettings,
			OAuth2StateSettings settings, ListableBeanFactory beans, Environment environment) {
		boolean inCookies = settings.store() == StoreType.COOKIE;
		String store = inCookies ? "cookie" : Objects.toString(stores.getObject().name(), "");
		return new DeploymentWarnings(loginSettings.sessions(), store,
				!inCookies && settings.onStoreFailure() == OnStoreFailure.SESSION,
				Binder.get(environment).bind("oauth2-state.on-store-failure", String.class).isBound(), beans);
	}

	@Bean
	static FilterChainInspector oauth2StateFilterChainInspector(ObjectProvider<LoginServices> services) {
		return new FilterChainInspector(() -> services.getObject().clients());
	}

	/**
	 * For filters that an app makes itself. Spring Security does not look for such a
	 * bean.
	 */
	@Bean
	@ConditionalOnMissingBean(AuthorizationRequestRepository.class)
	AuthorizationRequestRepository<OAuth2AuthorizationRequest> oauth2StateAuthorizationRequestRepository(
			GuardedStateStore store, LoginServices services, ObjectProvider<ClientRegistrationRepository> registrations,
			ObjectProvider<SecurityContextHolderStrategy> securityContexts) {
		CallbackCheck check = new CallbackCheck(registrations::getObject, services.settings());
		return new SharedAuthorizationRequestRepository(null, store, services,
				new LoginChain(registrations::getObject, check,
						new SignedInUser(
								() -> securityContexts.getIfUnique(SecurityContextHolder::getContextHolderStrategy),
								null),
						true, null, new AtomicBoolean()));
	}

	/**
	 * The first of all customizers, so that users' own come after it and have the last
	 * word.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	Customizer<HttpSecurity> oauth2StateHttpSecurityCustomizer(GuardedStateStore store, LoginServices services) {
		return (http) -> http.with(new SharedLoginConfigurer(store, services));
	}

}
