package io.github.oauth2state.login.reactive;

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
import org.springframework.core.env.Environment;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.ReactiveStateStore;
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
import io.github.oauth2state.store.ReactiveStoreAutoConfiguration;
import io.github.oauth2state.store.ReactiveStores;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Auto-configuration that hooks the shared repository into every reactive filter chain
 * which has none of its own.
 */
@AutoConfiguration(after = { LoginAutoConfiguration.class, RolloutAutoConfiguration.class,
		StateStoreAutoConfiguration.class, ReactiveStoreAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ ServerHttpSecurity.class, ServerAuthorizationRequestRepository.class })
@ImportRuntimeHints(ServerSecurityInternals.Hints.class)
public final class ReactiveLoginAutoConfiguration {

	@Bean
	LoginServices oauth2StateLoginServices(PendingLogins logins, LoginSettings loginSettings, Rollout rollout,
			OAuth2StateSettings settings, DeploymentWarnings warnings, Environment environment) {
		return new LoginServices(logins, loginSettings, rollout,
				(settings.store() == StoreType.COOKIE) ? LoginPath.COOKIE : LoginPath.SHARED, settings.onStoreFailure(),
				warnings, environment, false);
	}

	@Bean
	ReactiveLoginStore oauth2StateLoginStore(ReactiveStores stores, StoreCircuit circuit, LoginServices services,
			OAuth2StateSettings settings) {
		ReactiveStateStore store = (settings.store() == StoreType.COOKIE) ? null : stores.logins();
		services.logStart((store != null) ? store : "cookies of the browsers", settings.timeout());
		return new ReactiveLoginStore(store, circuit);
	}

	@Bean
	DeploymentWarnings oauth2StateDeploymentWarnings(ReactiveStores stores, LoginSettings loginSettings,
			OAuth2StateSettings settings, ListableBeanFactory beans, Environment environment) {
		boolean inCookies = settings.store() == StoreType.COOKIE;
		return new DeploymentWarnings(loginSettings.sessions(),
				inCookies ? "cookie" : Objects.toString(stores.logins().name(), ""),
				!inCookies && settings.onStoreFailure() == OnStoreFailure.SESSION,
				Binder.get(environment).bind("oauth2-state.on-store-failure", String.class).isBound(), beans);
	}

	@Bean
	ReactiveLoginConfigurer oauth2StateReactiveLoginConfigurer(ReactiveLoginStore store, LoginServices services,
			ObjectProvider<ReactiveClientRegistrationRepository> registrations) {
		return new ReactiveLoginConfigurer(store, services, registrations::getObject);
	}

	/**
	 * Asks for the configurer only when a filter chain is built: a bean that processes
	 * others must not create them early.
	 */
	@Bean
	static ServerSecurityHook oauth2StateServerSecurityHook(ObjectProvider<ReactiveLoginConfigurer> configurer) {
		return new ServerSecurityHook((http, initial) -> configurer.getObject().configure(http, initial));
	}

	@Bean
	static ReactiveChainInspector oauth2StateFilterChainInspector(ObjectProvider<LoginServices> services) {
		return new ReactiveChainInspector(() -> services.getObject().clients());
	}

	/**
	 * For filters that an app makes itself. Spring Security does not look for such a
	 * bean.
	 */
	@Bean
	@ConditionalOnMissingBean(ServerAuthorizationRequestRepository.class)
	ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> oauth2StateAuthorizationRequestRepository(
			ReactiveLoginStore store, LoginServices services,
			ObjectProvider<ReactiveClientRegistrationRepository> registrations) {
		CallbackCheck check = new CallbackCheck(registrations::getObject, services.settings());
		return new SharedServerAuthorizationRequestRepository(null, store, services, new ReactiveLoginChain(
				registrations::getObject, check, new ReactiveSignedInUser(null), null, new AtomicBoolean()));
	}

}
