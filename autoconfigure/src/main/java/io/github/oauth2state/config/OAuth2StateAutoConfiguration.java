package io.github.oauth2state.config;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

import io.github.oauth2state.config.OAuth2StateSettings.OAuth2StateProperties;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

/**
 * Auto-configuration of the general settings.
 */
@AutoConfiguration
@ConditionalOnOAuth2State
@EnableConfigurationProperties(OAuth2StateProperties.class)
public final class OAuth2StateAutoConfiguration {

	private static final Log logger = LogFactory.getLog(OAuth2StateAutoConfiguration.class);

	@Bean
	static UnknownPropertyCheck oauth2StateUnknownPropertyCheck(Environment environment) {
		return new UnknownPropertyCheck(environment, KnownProperties.read());
	}

	@Bean
	OAuth2StateSettings oauth2StateSettings(OAuth2StateProperties properties,
			@Value("${spring.application.name:}") String applicationName) {
		return OAuth2StateSettings.of(properties, applicationName);
	}

	/**
	 * Says at startup that a reactive app does not get what it is configured for.
	 */
	@Bean
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	SmartInitializingSingleton oauth2StateReactiveAppWarning(OAuth2StateSettings settings) {
		StoreType store = settings.store();
		String although = (store != null)
				? ", although oauth2-state.store is '" + store.name().toLowerCase(Locale.ROOT) + "'" : "";
		return () -> logger
			.warn("OAuth2 State does not support reactive apps (WebFlux) yet: a login stays in the session of the "
					+ "instance on which it began" + although + ". Let instances share sessions, or make the balancer "
					+ "sticky. To get rid of this warning, set oauth2-state.enabled=false or remove the starter.");
	}

}
