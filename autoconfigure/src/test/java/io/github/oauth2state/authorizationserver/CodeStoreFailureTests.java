package io.github.oauth2state.authorizationserver;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for codes whose store or listeners fail.
 */
@ExtendWith(OutputCaptureExtension.class)
class CodeStoreFailureTests extends SingleUseFixture {

	private final OAuth2Authorization issued = TestCodes.withCode();

	@BeforeEach
	void issueCode() {
		issue(this.issued);
		this.app.saved.clear();
	}

	static Stream<RuntimeException> failures() {
		return Stream.concat(Stream.of(new IllegalStateException("planted"), new NullPointerException()),
				Stream.of(Reason.values()).map((reason) -> new StateStoreException(reason, "planted", null)));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void storeThatFailsAtTheTokenEndpointBurnsNothing(RuntimeException failure) {
		OAuth2Authorization found = findCode(this.issued);
		this.store.failure = failure;
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> saveAsShop(TestCodes.redeemed(found)))
			.satisfies((ex) -> {
				assertThat(ex).isExactlyInstanceOf(OAuth2AuthenticationException.class).hasCause(failure);
				assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable");
				assertThat(ex.getError().toString()).doesNotContain(TestCodes.code(this.issued).getTokenValue(),
						"planted");
			});
		assertThat(this.app.saved).isEmpty();
		assertEvents("STORE_ERROR AUTHORIZATION_CODE");
		this.store.failure = null;
		assertRedeemable();
	}

	@ParameterizedTest
	@MethodSource("failures")
	void storeThatFailsAtTheConsentPageIsToldToTheClient(RuntimeException failure) {
		OAuth2Authorization asked = issue(TestCodes.onConsentPage());
		OAuth2Authorization found = findState(asked);
		this.store.failure = failure;
		assertRedirected(() -> this.service.save(TestCodes.approved(found)));
		assertRedirected(() -> this.service.remove(found));
		assertThat(this.app.findById(asked.getId())).isEqualTo(asked);
		assertEvents("STORE_ERROR CONSENT", "STORE_ERROR CONSENT");
		this.store.failure = null;
		this.service.save(TestCodes.approved(found));
		assertEvents("REDEEMED CONSENT", "ISSUED AUTHORIZATION_CODE");
	}

	@Test
	void storeThatFailsForAPushedRequestIsToldToTheClient() {
		OAuth2Authorization pushed = TestCodes.pushed(LIFE);
		this.service.save(pushed);
		OAuth2Authorization found = findState(pushed);
		this.store.failure = new StateStoreException(Reason.CONNECTION, "planted", null);
		SecurityContextHolder.getContext().setAuthentication(TestCodes.user());
		try {
			assertRedirected(() -> this.service.remove(found));
		}
		finally {
			SecurityContextHolder.clearContext();
		}
		assertThat(this.app.findById(pushed.getId())).isNotNull();
	}

	private static void assertRedirected(Runnable work) {
		assertThatExceptionOfType(OAuth2AuthorizationCodeRequestAuthenticationException.class).isThrownBy(work::run)
			.satisfies((ex) -> {
				assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable");
				assertThat(ex.getAuthorizationCodeRequestAuthentication()).satisfies((request) -> {
					assertThat(request.getRedirectUri()).isEqualTo("https://shop.example/callback");
					assertThat(request.getState()).isEqualTo("state-of-client");
					assertThat(request.getName()).isEqualTo("alice");
				});
			});
	}

	@ParameterizedTest
	@EnumSource(value = Reason.class, names = { "TIMEOUT", "AMBIGUOUS" })
	void claimWhoseAnswerWasLostIsReleased(Reason reason) {
		OAuth2Authorization found = findCode(this.issued);
		this.store.lostAnswer = new StateStoreException(reason, "Lost", null);
		assertRedeemFails(found);
		Awaitility.await().until(this.store.records()::isEmpty);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent", "remove");
		assertRedeemable();
	}

	@Test
	void claimIsReleasedWhenTheStoreIsBack() {
		OAuth2Authorization found = findCode(this.issued);
		this.store.failureAfter = new StateStoreException(Reason.TIMEOUT, "Away", null);
		assertRedeemFails(found);
		Awaitility.await().until(() -> this.store.takeCommands().contains("remove"));
		assertThat(this.store.records()).isNotEmpty();
		this.store.failureAfter = null;
		this.store.failure = null;
		Awaitility.await().until(this.store.records()::isEmpty);
		assertRedeemable();
	}

	@Test
	void claimThatArrivesLateIsReleased() {
		OAuth2Authorization found = findCode(this.issued);
		this.store.late = new StateStoreException(Reason.TIMEOUT, "Stuck", null);
		assertRedeemFails(found);
		Awaitility.await().until(() -> this.store.takeCommands().contains("remove"));
		this.store.deliver();
		Awaitility.await().until(this.store.records()::isEmpty);
		assertRedeemable();
	}

	@ParameterizedTest
	@EnumSource(value = Reason.class, names = { "CONNECTION", "REJECTED" })
	void claimThatDidNotTakeEffectIsNotReleased(Reason reason) {
		OAuth2Authorization found = findCode(this.issued);
		this.store.failure = new StateStoreException(reason, "Refused", null);
		assertRedeemFails(found);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
	}

	/**
	 * A client of a store that reconnects sends the command again, and is answered with
	 * what the first one wrote.
	 */
	@Test
	void claimThatTheStoreGotTwiceIsNoDuplicate() {
		this.store.repeats = true;
		assertRedeemable();
	}

	@Test
	void claimOfAnotherIsNotReleased() {
		OAuth2Authorization loser = findCode(this.issued);
		assertRedeemable();
		this.store.lostAnswer = new StateStoreException(Reason.TIMEOUT, "Lost", null);
		assertRedeemFails(loser);
		assertThat(this.store.records()).hasSize(1);
	}

	@Test
	void storeThatFailsWhenAFamilyMightBeRevokedRefusesTheToken() {
		this.store.failure = new IllegalStateException("planted");
		assertThat(findRefresh("unknown")).isNull();
		assertEvents("STORE_ERROR REFRESH_TOKEN");
	}

	@Test
	void storeThatFailsHidesNoCodeThatTheServiceHas() {
		this.store.failure = new IllegalStateException("planted");
		assertThat(findCode(this.issued)).isNotNull();
		assertThat(findCode(decorate(this.app, true), this.issued)).isNotNull();
		assertEvents();
	}

	@ParameterizedTest
	@MethodSource("failures")
	void storeThatFailsWhereACodeMightBeIsUnavailable(RuntimeException failure) {
		this.store.failure = failure;
		for (boolean inStore : new boolean[] { true, false }) {
			OAuth2AuthorizationService finding = decorate(this.app, inStore);
			assertThatExceptionOfType(OAuth2AuthenticationException.class)
				.isThrownBy(() -> finding.findByToken("unknown", TestCodes.CODE))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
			assertThatExceptionOfType(OAuth2AuthorizationCodeRequestAuthenticationException.class)
				.isThrownBy(() -> finding.findByToken("unknown", TestCodes.STATE))
				.satisfies((ex) -> {
					assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable");
					assertThat(ex.getAuthorizationCodeRequestAuthentication()).isNull();
				});
			assertEvents("STORE_ERROR AUTHORIZATION_CODE", "STORE_ERROR CONSENT");
		}
	}

	@Test
	void releaseThatFailsLeavesTheFirstFailure() {
		OAuth2Authorization found = findCode(this.issued);
		OAuth2AuthorizationService saving = decorate(failingService(), false);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> saving.save(TestCodes.redeemed(found))))
			.withMessage("Database");
	}

	private TestService failingService() {
		return new TestService() {
			@Override
			public void save(OAuth2Authorization authorization) {
				CodeStoreFailureTests.this.store.failure = new IllegalArgumentException("Store");
				throw new IllegalStateException("Database");
			}
		};
	}

	@Test
	void listenerThatThrowsChangesNothing(CapturedOutput output) {
		List<CodeEvent> later = new ArrayList<>();
		this.listeners.add(0, (event) -> {
			throw new IllegalStateException("Listener");
		});
		this.listeners.add(later::add);
		assertRedeemable();
		assertThat(later).hasSize(2);
		assertThat(output).contains("failed on CodeEvent[outcome=REDEEMED, type=AUTHORIZATION_CODE")
			.doesNotContain(TestCodes.code(this.issued).getTokenValue());
	}

	@Test
	void abnormalOutcomesAreLogged(CapturedOutput output) {
		OAuth2Authorization found = findCode(this.issued);
		this.store.failure = new StateStoreException(Reason.CONNECTION, "planted", null);
		assertRedeemFails(found);
		assertThat(output)
			.contains("Code store_error: type authorization_code, registered client id-shop, " + "authorization "
					+ this.issued.getId())
			.doesNotContain("planted", TestCodes.code(this.issued).getTokenValue());
	}

	private void assertRedeemFails(OAuth2Authorization found) {
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> saveAsShop(TestCodes.redeemed(found)));
	}

	private void assertRedeemable() {
		assertThat(redeem(this.issued).getAccessToken()).isNotNull();
		assertThat(this.events).extracting((event) -> event.outcome() + " " + event.type())
			.endsWith("REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN");
	}

}
