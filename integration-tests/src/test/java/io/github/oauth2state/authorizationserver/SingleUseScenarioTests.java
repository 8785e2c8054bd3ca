package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each store and each place of pending authorizations once.
 */
@ParameterizedClass(name = "on {0}, pending in {1}")
@CsvSource({ "REDIS, service", "POSTGRESQL, store" })
class SingleUseScenarioTests extends SingleUseScenarioContract {

	SingleUseScenarioTests(ProviderStore store, String pending) {
		super(store, pending);
	}

}
