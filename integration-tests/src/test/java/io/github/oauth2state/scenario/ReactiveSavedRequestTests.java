package io.github.oauth2state.scenario;

import org.junit.jupiter.api.Tag;

/**
 * The pages that users of a reactive app ask for.
 */
@Tag("full")
class ReactiveSavedRequestTests extends SavedRequestTests {

	@Override
	Stack stack() {
		return Stack.REACTIVE;
	}

}
