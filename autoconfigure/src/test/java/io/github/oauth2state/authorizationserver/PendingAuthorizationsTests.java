package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PendingAuthorizations}: where authorizations without tokens are.
 */
class PendingAuthorizationsTests extends SingleUseFixture {

	private final OAuth2AuthorizationService inStore = decorate(this.app, true);

	private final OAuth2AuthorizationService inService = decorate(this.app, false);

	@Test
	void codeLivesInTheStoreUntilItIsRedeemed() {
		OAuth2Authorization issued = TestCodes.withCode(LIFE);
		this.inStore.save(issued);
		assertThat(this.app.saved).isEmpty();
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertThat(this.store.lives().get(0)).isBetween(LIFE, LIFE.plusMinutes(1));
		OAuth2Authorization found = findCode(this.inStore, issued);
		assertThat(CodeUse.unmark(found)).isEqualTo(CodeUse.unmark(OAuth2Authorization.from(issued)
			.attributes((all) -> all.putAll(CodeUse.unmark(found).getAttributes()))
			.build()));
		redeem(this.inStore, issued);
		assertThat(this.store.takeCommands()).containsExactly("find", "find", "replace");
		assertThat(this.app.saved).hasSize(1);
	}

	@Test
	void ofTwoThatFoundACodeInTheStoreOneGetsTokens() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization second = TestCodes.redeemed(findCode(this.inStore, issued));
		redeem(this.inStore, issued);
		assertRefused(this.inStore, second);
	}

	@Test
	void codeThatIsClaimedAndNotYetSavedIsUnknown() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization first = TestCodes.redeemed(findCode(this.inStore, issued));
		TestService killed = new TestService() {
			@Override
			public void save(OAuth2Authorization authorization) {
				assertThat(findCode(PendingAuthorizationsTests.this.inStore, issued)).isNull();
				assertThat(findCode(PendingAuthorizationsTests.this.inService, issued)).isNull();
			}
		};
		decorate(killed, true).save(first);
	}

	@Test
	void serviceThatFailsPutsThePendingAuthorizationBack() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization found = findCode(this.inStore, issued);
		this.app.failure = new IllegalStateException("Database");
		assertThatIllegalStateException()
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> this.inStore.save(TestCodes.redeemed(found))));
		this.app.failure = null;
		redeem(this.inStore, issued);
	}

	@Test
	void lostAnswerOfAClaimPutsThePendingAuthorizationBack() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization found = findCode(this.inStore, issued);
		this.store.lostAnswer = new StateStoreException(Reason.AMBIGUOUS, "Lost", null);
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> this.inStore.save(TestCodes.redeemed(found))));
		Awaitility.await().until(() -> findCode(this.inStore, issued) != null);
		redeem(this.inStore, issued);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void instancesOfBothSettingsRedeemEachOthersCodesOnce(boolean first) {
		OAuth2AuthorizationService issuing = first ? this.inStore : this.inService;
		OAuth2AuthorizationService redeeming = first ? this.inService : this.inStore;
		OAuth2Authorization issued = TestCodes.withCode();
		issuing.save(issued);
		OAuth2Authorization second = TestCodes.redeemed(findCode(issuing, issued));
		redeem(redeeming, issued);
		assertRefused(issuing, second);
		assertThat(findCode(issuing, issued).getToken(OAuth2AuthorizationCode.class).isInvalidated()).isTrue();
		assertThat(findCode(redeeming, issued).getToken(OAuth2AuthorizationCode.class).isInvalidated()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void instancesOfBothSettingsAnswerEachOthersConsents(boolean first) {
		OAuth2AuthorizationService asking = first ? this.inStore : this.inService;
		OAuth2AuthorizationService answering = first ? this.inService : this.inStore;
		OAuth2Authorization asked = TestCodes.onConsentPage();
		asking.save(asked);
		OAuth2Authorization second = findState(asking, asked);
		OAuth2Authorization approved = TestCodes.approved(findState(answering, asked));
		answering.save(approved);
		assertRefused(asking, TestCodes.approved(second));
		assertThat(findState(asking, asked)).isNull();
		redeem(asking, approved);
	}

	/**
	 * It is not needed there before there are tokens.
	 */
	@Test
	void consentThatWasInTheServiceMovesToTheStore() {
		OAuth2Authorization asked = TestCodes.onConsentPage();
		this.inService.save(asked);
		this.inStore.save(TestCodes.approved(findState(this.inStore, asked)));
		assertThat(this.app.findById(asked.getId())).isNull();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void deniedConsentOfTheOtherSettingIsGone(boolean first) {
		OAuth2AuthorizationService asking = first ? this.inStore : this.inService;
		OAuth2AuthorizationService denying = first ? this.inService : this.inStore;
		OAuth2Authorization asked = TestCodes.onConsentPage();
		asking.save(asked);
		OAuth2Authorization second = findState(asking, asked);
		denying.remove(findState(denying, asked));
		assertThat(findState(asking, asked)).isNull();
		assertThat(findState(denying, asked)).isNull();
		assertRefused(asking, TestCodes.approved(second));
	}

	@Test
	void userMayStayOnTheConsentPageForHalfAnHour() {
		this.inStore.save(TestCodes.onConsentPage());
		assertThat(this.store.lives()).containsExactly(Duration.ofMinutes(30));
		assertThat(this.app.saved).isEmpty();
	}

	@Test
	void deviceCodesAreInTheService() {
		OAuth2Authorization issued = TestCodes.device(LIFE);
		this.inStore.save(issued);
		assertThat(this.app.findById(issued.getId())).isEqualTo(issued);
		assertThat(this.store.takeCommands()).isEmpty();
	}

	@Test
	void tokensAreInTheService() {
		OAuth2Authorization issued = TestCodes.withTokens();
		this.inStore.save(issued);
		assertThat(this.app.findById(issued.getId())).isEqualTo(issued);
		assertThat(this.store.takeCommands()).isEmpty();
	}

	static Stream<OAuth2Authorization> forTheService() {
		return Stream.of(
				TestCodes
					.requested(UsernamePasswordAuthenticationToken
						.authenticated(new AuthorizationCodecTests.Customer(7), null, List.of()))
					.token(TestCodes.newCode(LIFE))
					.build(),
				TestCodes.requested(TestCodes.user())
					.attribute("large", "x".repeat(64 * 1024))
					.token(TestCodes.newCode(LIFE))
					.build(),
				TestCodes.requested(TestCodes.user())
					.token(new OAuth2AuthorizationCode("endless", Instant.now(), null))
					.build());
	}

	@ParameterizedTest
	@MethodSource("forTheService")
	void authorizationThatTheStoreCannotKeepIsInTheService(OAuth2Authorization issued) {
		this.inStore.save(issued);
		assertThat(this.app.findById(issued.getId())).isEqualTo(issued);
		assertThat(this.store.records()).isEmpty();
		redeem(this.inStore, issued);
		assertThat(this.events).extracting((event) -> event.outcome().name())
			.containsExactly("ISSUED", "REDEEMED", "ISSUED");
	}

	@ParameterizedTest
	@MethodSource("io.github.oauth2state.authorizationserver.CodeStoreFailureTests#failures")
	void storeThatFailsAtIssueLeavesItToTheService(RuntimeException failure) {
		OAuth2Authorization issued = TestCodes.withCode();
		this.store.failure = failure;
		this.inStore.save(issued);
		assertThat(this.app.findById(issued.getId())).isEqualTo(issued);
		this.store.failure = null;
		redeem(this.inStore, issued);
	}

	@Test
	void codeOfAnyFormIsKept() {
		OAuth2Authorization issued = TestCodes.requested(TestCodes.user())
			.token(new OAuth2AuthorizationCode("ключ\u0000 / ' \uD83D\uDD11".repeat(50), Instant.now(),
					Instant.now().plus(LIFE)))
			.build();
		this.inStore.save(issued);
		assertThat(this.app.saved).isEmpty();
		redeem(this.inStore, issued);
	}

	@Test
	void recordThatWasTamperedWithIsAbsent() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		Map.Entry<StateKey, byte[]> record = this.store.records().entrySet().iterator().next();
		record.getValue()[20]++;
		assertThat(findCode(this.inStore, issued)).isNull();
		assertThat(findCode(this.inService, issued)).isNull();
	}

	@Test
	void recordOfAnotherCodeIsAbsent() {
		OAuth2Authorization stolen = TestCodes.withCode();
		this.inStore.save(stolen);
		byte[] record = this.store.records().values().iterator().next();
		StateKey own = StateKey.of("shop", "used-code", "own");
		this.store.put(own, record, LIFE);
		assertThat(this.inStore.findByToken("own", TestCodes.CODE)).isNull();
	}

	@Test
	void appThatChangesWhatItFoundByACodeChangesTheRecord() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		this.inStore.save(OAuth2Authorization.from(findCode(this.inStore, issued)).attribute("risk", "low").build());
		assertThat(this.app.saved).isEmpty();
		assertThat(findCode(this.inStore, issued).getAttributes()).containsEntry("risk", "low");
		redeem(this.inStore, issued);
	}

	@Test
	void appThatRemovesWhatItFoundByACodeRemovesTheRecord() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		this.inStore.remove(findCode(this.inStore, issued));
		assertThat(this.store.records()).isEmpty();
		assertThat(findCode(this.inStore, issued)).isNull();
	}

	@Test
	void storeThatFailsWhenTheAppRemovesIsToldToIt() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization found = findCode(this.inStore, issued);
		this.store.failure = new StateStoreException(Reason.CONNECTION, "planted", null);
		assertThatExceptionOfType(OAuth2AuthenticationException.class).isThrownBy(() -> this.inStore.remove(found));
	}

	@Test
	void codeThatItsClientRevokesIsGoodNoMore() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization kept = findCode(this.inStore, issued);
		TestCodes.as(TestCodes.SHOP, () -> {
			OAuth2Authorization found = this.inStore.findByToken(TestCodes.code(issued).getTokenValue(), null);
			this.inStore.save(OAuth2Authorization.from(found).invalidate(TestCodes.code(found)).build());
		});
		assertRefused(this.inStore, TestCodes.redeemed(kept));
		OAuth2Authorization found = findCode(this.inStore, issued);
		assertThat(found.getToken(OAuth2AuthorizationCode.class).isInvalidated()).isTrue();
	}

	@Test
	void codeThatIsInBothPlacesIsRedeemedOnce() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.store.lostAnswer = new StateStoreException(Reason.AMBIGUOUS, "Lost", null);
		this.inStore.save(issued);
		assertThat(this.app.saved).hasSize(1);
		assertThat(this.store.records()).hasSize(1);
		OAuth2Authorization late = findCode(this.inService, issued);
		redeem(this.inService, issued);
		assertRefused(this.inService, TestCodes.redeemed(late));
		assertRefused(this.inStore, TestCodes.redeemed(late));
	}

	@Test
	void claimThatTheClientOfTheStoreSendsTwiceCounts() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		this.store.repeats = true;
		redeem(this.inStore, issued);
	}

	private void redeem(OAuth2AuthorizationService service, OAuth2Authorization issued) {
		OAuth2Authorization redeemed = TestCodes.redeemed(findCode(service, issued));
		TestCodes.as(TestCodes.SHOP, () -> service.save(redeemed));
		assertThat(this.app.findById(issued.getId()).getAccessToken()).isNotNull();
		assertThat(this.app.findById(issued.getId()).getAttributes()).doesNotContainKey(CodeUse.class.getName());
	}

	private static void assertRefused(OAuth2AuthorizationService service, OAuth2Authorization saved) {
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> service.save(saved)));
	}

}
