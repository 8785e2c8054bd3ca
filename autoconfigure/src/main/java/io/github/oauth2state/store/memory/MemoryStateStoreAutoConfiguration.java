package io.github.oauth2state.store.memory;

import java.time.InstantSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StoreType;
import io.github.oauth2state.store.ConditionalOnStore;

/**
 * Auto-configuration of the store in memory, which is chosen by property only.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class)
@ConditionalOnOAuth2State
@ConditionalOnStore(StoreType.MEMORY)
@ConditionalOnMissingBean(StateStore.class)
@EnableConfigurationProperties(MemoryStateStoreProperties.class)
public final class MemoryStateStoreAutoConfiguration {

	@Bean
	MemoryStateStore memoryStateStore(MemoryStateStoreProperties properties) {
		return new MemoryStateStore(InstantSource.system(), properties.checkedMaxRecords());
	}

}
