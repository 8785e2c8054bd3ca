package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The stores and places of pending authorizations in the other combinations.
 */
@Tag("full")
@ParameterizedClass(name = "on {0}, pending in {1}")
@CsvSource({ "REDIS, store", "POSTGRESQL, service" })
class SingleUseOtherSetUpsTests extends SingleUseScenarioContract {

	SingleUseOtherSetUpsTests(ProviderStore store, String pending) {
		super(store, pending);
	}

}
