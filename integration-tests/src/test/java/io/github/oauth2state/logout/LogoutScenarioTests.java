package io.github.oauth2state.logout;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sessions that instances share, and sessions of their own, each with one store.
 */
@ParameterizedClass
@EnumSource(names = { "REDIS", "OWN_WITH_POSTGRESQL", "REACTIVE_REDIS", "REACTIVE_OWN_WITH_POSTGRESQL" })
class LogoutScenarioTests extends LogoutScenarioContract {

	LogoutScenarioTests(SetUp setUp) {
		super(setUp);
	}

}
