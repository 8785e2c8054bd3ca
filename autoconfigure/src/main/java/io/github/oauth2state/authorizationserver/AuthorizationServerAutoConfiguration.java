package io.github.oauth2state.authorizationserver;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.util.function.SingletonSupplier;

import io.github.oauth2state.CodeListener;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.authorizationserver.AuthorizationServerProperties.Pending;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

/**
 * Auto-configuration of an app that is a Spring Authorization Server.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ OAuth2AuthorizationService.class, HttpSecurity.class })
@ConditionalOnBooleanProperty(name = "oauth2-state.authorization-server.single-use", matchIfMissing = true)
@EnableConfigurationProperties(AuthorizationServerProperties.class)
public final class AuthorizationServerAutoConfiguration {

	private static final Log logger = LogFactory.getLog(AuthorizationServerAutoConfiguration.class);

	/**
	 * Looks for everything else when the first service comes, as post-processors are
	 * created before all other beans.
	 */
	@Bean
	static AuthorizationServiceGuard oauth2StateAuthorizationServiceGuard(ObjectProvider<SingleUse> singleUse) {
		return new AuthorizationServiceGuard(SingletonSupplier.of(singleUse::getObject));
	}

	/**
	 * Created for the first service only, so that other apps log nothing.
	 */
	@Bean
	@Lazy
	SingleUse oauth2StateSingleUse(AuthorizationServerProperties properties, OAuth2StateSettings settings,
			ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores,
			ObjectProvider<ConfiguredStore.Decorator> decorators, ObjectProvider<CodeListener> listeners) {
		// Stores of the app that cannot be told apart stop it here
		StateStore store = ConfiguredStore.shared(settings.store(), logins, stores).orElseGet(logins::getIfAvailable);
		boolean inMemory = store != null && "memory".equals(store.name());
		logAtStartup(properties, settings, store != null, inMemory);
		CodeLedger ledger = (store != null) ? new CodeLedger(ConfiguredStore.decorate(store, decorators),
				settings.namespace(), properties.checkedReuseDetection(inMemory)) : null;
		CodeEventPublisher events = new CodeEventPublisher(
				SingletonSupplier.of(() -> listeners.orderedStream().toList()));
		return new SingleUse(ledger, events, properties.pending() == Pending.STORE, properties.checkedReplayWindow());
	}

	private static void logAtStartup(AuthorizationServerProperties properties, OAuth2StateSettings settings,
			boolean available, boolean inMemory) {
		if (!available) {
			logger
				.warn("Codes of the authorization server may be used more than once: there is no store that instances "
						+ "share. Set oauth2-state.store to 'redis' or 'jdbc', or "
						+ "oauth2-state.authorization-server.single-use=false if this is intended.");
		}
		else if (inMemory) {
			logger
				.warn("Codes of the authorization server are used once at this instance, but each instance has a store "
						+ "of its own. With several instances, set oauth2-state.store to 'redis' or 'jdbc'.");
		}
		else {
			logger.info(
					"Codes of the authorization server are used once on all instances: namespace '%s', pending authorizations in the %s"
						.formatted(settings.namespace(), properties.pending().name().toLowerCase(Locale.ROOT)));
		}
	}

	/**
	 * The first of all customizers, so that it comes before the server's configurer.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	Customizer<HttpSecurity> oauth2StateAuthorizationServerCustomizer(AuthorizationServiceGuard guard,
			ObjectProvider<SingleUse> singleUse) {
		return (http) -> http.with(new SingleUseConfigurer(guard, singleUse::getObject));
	}

}
