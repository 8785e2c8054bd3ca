package io.github.oauth2state.logout;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The other places of sessions, with either store.
 */
@Tag("full")
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE,
		names = { "REDIS", "OWN_WITH_POSTGRESQL", "REACTIVE_REDIS", "REACTIVE_OWN_WITH_POSTGRESQL" })
class LogoutOtherSetUpsTests extends LogoutScenarioContract {

	LogoutOtherSetUpsTests(SetUp setUp) {
		super(setUp);
	}

}
