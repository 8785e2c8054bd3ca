package io.github.oauth2state.store.memory;

import java.time.InstantSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.store.ConditionalOnStore;

/**
 * Auto-configuration of the store in memory, which is chosen by property only.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class)
@ConditionalOnOAuth2State
@ConditionalOnStore(StoreType.MEMORY)
@ConditionalOnMissingBean(StateStore.class)
@EnableConfigurationProperties(MemoryStateStoreAutoConfiguration.MemoryStateStoreProperties.class)
public final class MemoryStateStoreAutoConfiguration {

	@Bean
	MemoryStateStore oauth2StateMemoryStateStore(MemoryStateStoreProperties properties) {
		return new MemoryStateStore(InstantSource.system(), properties.checkedMaxRecords());
	}

	/**
	 * Properties of the store in memory.
	 *
	 * @param maxRecords how many records are kept at most, from 1 to 10000000; while
	 * there are as many, further ones are refused
	 */
	@ConfigurationProperties("oauth2-state.memory")
	record MemoryStateStoreProperties(@DefaultValue("50000") int maxRecords) {

		int checkedMaxRecords() {
			return PropertyCheck.of("oauth2-state.memory.max-records", this.maxRecords)
				.between(1, 10_000_000, "Use 1 to 10000000.");
		}

	}

}
