package io.github.oauth2state.tokens;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.record.SealingKeys;

/**
 * Auto-configuration of tokens that instances share.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "oauth2-state.enabled", matchIfMissing = true)
@EnableConfigurationProperties(TokensProperties.class)
public final class TokensAutoConfiguration {

	@Bean
	@Conditional(OnTokenKeysCondition.class)
	TokenKeys oauth2StateTokenKeys(TokensProperties properties, OAuth2StateSettings settings) {
		return new TokenKeys(SealingKeys.of("oauth2-state.tokens.keys", properties.keysOrNone()), settings.namespace());
	}

}
