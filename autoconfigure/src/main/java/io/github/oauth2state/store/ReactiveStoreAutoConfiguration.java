package io.github.oauth2state.store;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateSettings;

/**
 * Auto-configuration of the stores for reactive callers.
 */
@AutoConfiguration(after = StateStoreAutoConfiguration.class)
@ConditionalOnOAuth2State
@ConditionalOnClass(name = "reactor.core.publisher.Mono")
public final class ReactiveStoreAutoConfiguration {

	@Bean
	ReactiveStores oauth2StateReactiveStores(OAuth2StateSettings settings, ObjectProvider<ReactiveStateStore> own,
			ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores) {
		return new ReactiveStores(settings.store(), own, logins, stores);
	}

}
