package io.github.oauth2state.authorizationserver;

import java.time.InstantSource;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;

import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;

/**
 * Auto-configuration of the cleanup of an authorization server's table. It does not
 * depend on single use, nor on a store.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, AuthorizationServerAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnClass(OAuth2AuthorizationService.class)
@ConditionalOnBooleanProperty("oauth2-state.authorization-server.cleanup.enabled")
@EnableConfigurationProperties(AuthorizationServerProperties.class)
@ImportRuntimeHints(AuthorizationTables.Hints.class)
public final class AuthorizationCleanupAutoConfiguration {

	@Bean
	AuthorizationCleanup oauth2StateAuthorizationCleanup(AuthorizationServerProperties properties,
			ListableBeanFactory beans) {
		AuthorizationServerProperties.Cleanup checked = properties.cleanup().checked();
		return new AuthorizationCleanup(AuthorizationTables.of(beans, checked), checked, InstantSource.system());
	}

}
