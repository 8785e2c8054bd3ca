package io.github.oauth2state.scenario;

import org.junit.jupiter.api.Tag;

/**
 * A gradual rollout of a reactive app.
 */
@Tag("full")
class ReactiveRolloutTests extends RolloutTests {

	@Override
	Stack stack() {
		return Stack.REACTIVE;
	}

}
