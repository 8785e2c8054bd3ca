package io.github.oauth2state.store.memory;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the store in memory.
 *
 * @param maxRecords how many records are kept at most, from 1 to 10000000; while there
 * are as many, further ones are refused
 */
@ConfigurationProperties("oauth2-state.memory")
record MemoryStateStoreProperties(@DefaultValue("50000") int maxRecords) {

	int checkedMaxRecords() {
		return PropertyCheck.of("oauth2-state.memory.max-records", this.maxRecords)
			.between(1, 10_000_000, "Use 1 to 10000000.");
	}

}
