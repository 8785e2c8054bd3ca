package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.security.config.oauth2.client.CommonOAuth2Provider;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link OperatorLogout}.
 */
class OperatorLogoutTests {

	private final FakeStore store = new FakeStore();

	private final List<LogoutEvent> events = new ArrayList<>();

	private final LogoutMarks marks = new LogoutMarks(this.store, "app", Duration.ofHours(1));

	private final LogoutServices services = new LogoutServices(this.marks, null,
			new LogoutEventPublisher(() -> List.of(this.events::add)), new EndedSessionPublisher(List::of),
			Duration.ZERO);

	private final OperatorLogout logout = new OperatorLogout(this.services, "app",
			new InMemoryClientRegistrationRepository(registration("idp").issuerUri(Tokens.ISSUER).build(),
					registration("bare").issuerUri(null).build())::findByRegistrationId);

	private static ClientRegistration.Builder registration(String id) {
		return CommonOAuth2Provider.GOOGLE.getBuilder(id).clientId("app").clientSecret("secret");
	}

	@Test
	void userIsLeftAMark() {
		this.services.setInUse();
		assertThat(this.logout.end("idp", "alice")).isEqualTo(-1);
		assertThat(this.marks.find(Tokens.user("s1", "alice"))).isPresent();
		assertThat(this.marks.find(Tokens.user("s1", "bob"))).isEmpty();
		assertThat(this.events).containsExactly(new LogoutEvent(LogoutKind.OPERATOR, LogoutOutcome.MARKED, "idp", 0));
	}

	/**
	 * Otherwise it would answer that sessions end, but none would look for the mark.
	 */
	@Test
	void appThatEndsNoSessionsLeavesNoMark() {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.logout.end("idp", "alice"));
		assertThat(this.store.calls).hasValue(0);
		assertThat(this.events).isEmpty();
	}

	@Test
	void registrationThatIsNotThereOrHasNoIssuerIsRefused() {
		this.services.setInUse();
		assertThatIllegalArgumentException().isThrownBy(() -> this.logout.end("made-up", "alice"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.logout.end("bare", "alice"))
			.withMessageContaining("issuer-uri");
		assertThat(this.store.calls).hasValue(0);
	}

	@Test
	void storeThatFailsIsToldToTheCallerAndTheListeners() {
		this.services.setInUse();
		this.store.failing = true;
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> this.logout.end("idp", "alice"));
		assertThat(this.events).containsExactly(new LogoutEvent(LogoutKind.OPERATOR, LogoutOutcome.FAILED, "idp", 0));
	}

}
