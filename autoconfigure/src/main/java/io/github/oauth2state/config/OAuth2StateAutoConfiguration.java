package io.github.oauth2state.config;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

import io.github.oauth2state.config.OAuth2StateSettings.OAuth2StateProperties;

/**
 * Auto-configuration of the general settings.
 */
@AutoConfiguration
@ConditionalOnOAuth2State
@EnableConfigurationProperties(OAuth2StateProperties.class)
public final class OAuth2StateAutoConfiguration {

	@Bean
	static UnknownPropertyCheck oauth2StateUnknownPropertyCheck(Environment environment) {
		return new UnknownPropertyCheck(environment, KnownProperties.read());
	}

	@Bean
	OAuth2StateSettings oauth2StateSettings(OAuth2StateProperties properties,
			@Value("${spring.application.name:}") String applicationName) {
		return OAuth2StateSettings.of(properties, applicationName);
	}

}
