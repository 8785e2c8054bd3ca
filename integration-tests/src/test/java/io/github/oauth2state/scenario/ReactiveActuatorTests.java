package io.github.oauth2state.scenario;

import org.junit.jupiter.api.Tag;

/**
 * What operators see of a reactive app.
 */
@Tag("full")
class ReactiveActuatorTests extends ActuatorTests {

	@Override
	Stack stack() {
		return Stack.REACTIVE;
	}

}
