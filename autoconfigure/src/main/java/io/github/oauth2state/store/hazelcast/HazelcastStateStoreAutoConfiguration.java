package io.github.oauth2state.store.hazelcast;

import javax.cache.Cache;

import com.hazelcast.core.HazelcastInstance;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.store.ConditionalOnStore;

/**
 * Auto-configuration of the store in a Hazelcast cluster, which is chosen by property
 * only. It needs what Spring Boot configures from {@code hazelcast.yaml}, or a
 * {@link HazelcastInstance} of the app's own.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class,
		afterName = "org.springframework.boot.hazelcast.autoconfigure.HazelcastAutoConfiguration")
@ConditionalOnOAuth2State
@ConditionalOnClass({ HazelcastInstance.class, Cache.class })
@ConditionalOnStore(StoreType.HAZELCAST)
@ConditionalOnMissingBean(StateStore.class)
public final class HazelcastStateStoreAutoConfiguration {

	@Bean
	HazelcastStateStore oauth2StateHazelcastStateStore(HazelcastInstance hazelcast, OAuth2StateSettings settings) {
		return new HazelcastStateStore(RecordCache.open(hazelcast), settings.timeout());
	}

}
