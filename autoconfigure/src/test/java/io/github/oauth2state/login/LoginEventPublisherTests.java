package io.github.oauth2state.login;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * Tests for {@link LoginEventPublisher}.
 */
class LoginEventPublisherTests {

	private static final LoginEvent EVENT = new LoginEvent(LoginOutcome.COMPLETED, LoginPath.SHARED, "keycloak", null,
			"c0ffee000001");

	private final List<String> called = new ArrayList<>();

	@Test
	void listenersAreCalledInTheirOrder() {
		new LoginEventPublisher("one", "redis", List.of(listener("first"), listener("second"), listener("third")))
			.publish(EVENT);
		assertThat(this.called).containsExactly("first", "second", "third");
	}

	@Test
	void listenerIsGivenTheEventAndNothingElse() {
		List<LoginEvent> events = new ArrayList<>();
		LoginEventPublisher published = new LoginEventPublisher("one", "redis", List.of(events::add));
		published.publish(EVENT);
		published.publish(new LoginEvent(LoginOutcome.EVICTED, LoginPath.SHARED, null, null, "c0ffee000001"));
		assertThat(events).containsExactly(EVENT,
				new LoginEvent(LoginOutcome.EVICTED, LoginPath.SHARED, null, null, "c0ffee000001"));
	}

	@Test
	void listenerThatFailsBreaksNothingAndLaterOnesAreStillCalled() {
		LoginListener failing = (event) -> {
			this.called.add("failing");
			throw new IllegalStateException("Listener is broken");
		};
		LoginEventPublisher events = new LoginEventPublisher("one", "redis",
				List.of(listener("first"), failing, listener("third")));
		assertThatCode(() -> events.publish(EVENT)).doesNotThrowAnyException();
		assertThat(this.called).containsExactly("first", "failing", "third");
	}

	@Test
	void noListenersAreNoProblem() {
		assertThatCode(() -> new LoginEventPublisher("one", "redis", List.of()).publish(EVENT))
			.doesNotThrowAnyException();
	}

	private LoginListener listener(String name) {
		return (event) -> this.called.add(name);
	}

}
