package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PendingAuthorizations}: where authorizations without tokens are.
 */
class PendingAuthorizationsTests {

	private static final Duration LIFE = Duration.ofMinutes(5);

	private final CodeStore store = new CodeStore();

	private final TestService app = new TestService();

	private final List<CodeEvent> events = new ArrayList<>();

	private final SingleUseAuthorizationService inStore = instance(true);

	private final SingleUseAuthorizationService inService = instance(false);

	private SingleUseAuthorizationService instance(boolean inStore) {
		CodeLedger ledger = new CodeLedger(this.store, "shop", Duration.ofDays(30));
		CodeEventPublisher publisher = new CodeEventPublisher(() -> List.of(this.events::add));
		return new SingleUseAuthorizationService(this.app, ledger,
				new PendingAuthorizations(this.app, ledger, publisher, inStore), publisher, Duration.ZERO);
	}

	@Test
	void codeLivesInTheStoreUntilItIsRedeemed() {
		OAuth2Authorization issued = TestCodes.withCode(LIFE);
		this.inStore.save(issued);
		assertThat(this.app.saved).isEmpty();
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertThat(this.store.lives().get(0)).isBetween(LIFE, LIFE.plusMinutes(1));
		OAuth2Authorization found = find(this.inStore, issued);
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
		OAuth2Authorization second = TestCodes.redeemed(find(this.inStore, issued));
		redeem(this.inStore, issued);
		assertRefused(this.inStore, second);
	}

	@Test
	void codeThatIsClaimedAndNotYetSavedIsUnknown() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization first = TestCodes.redeemed(find(this.inStore, issued));
		TestService killed = new TestService() {
			@Override
			public void save(OAuth2Authorization authorization) {
				assertThat(find(PendingAuthorizationsTests.this.inStore, issued)).isNull();
				assertThat(find(PendingAuthorizationsTests.this.inService, issued)).isNull();
			}
		};
		CodeLedger ledger = new CodeLedger(this.store, "shop", Duration.ofDays(30));
		CodeEventPublisher publisher = new CodeEventPublisher(List::of);
		new SingleUseAuthorizationService(killed, ledger, new PendingAuthorizations(killed, ledger, publisher, true),
				publisher, Duration.ZERO)
			.save(first);
	}

	@Test
	void serviceThatFailsPutsThePendingAuthorizationBack() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization found = find(this.inStore, issued);
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
		OAuth2Authorization found = find(this.inStore, issued);
		this.store.lostAnswer = new StateStoreException(Reason.AMBIGUOUS, "Lost", null);
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> this.inStore.save(TestCodes.redeemed(found))));
		Awaitility.await().until(() -> find(this.inStore, issued) != null);
		redeem(this.inStore, issued);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void instancesOfBothSettingsRedeemEachOthersCodesOnce(boolean first) {
		SingleUseAuthorizationService issuing = first ? this.inStore : this.inService;
		SingleUseAuthorizationService redeeming = first ? this.inService : this.inStore;
		OAuth2Authorization issued = TestCodes.withCode();
		issuing.save(issued);
		OAuth2Authorization second = TestCodes.redeemed(find(issuing, issued));
		redeem(redeeming, issued);
		assertRefused(issuing, second);
		assertThat(find(issuing, issued).getToken(OAuth2AuthorizationCode.class).isInvalidated()).isTrue();
		assertThat(find(redeeming, issued).getToken(OAuth2AuthorizationCode.class).isInvalidated()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void instancesOfBothSettingsAnswerEachOthersConsents(boolean first) {
		SingleUseAuthorizationService asking = first ? this.inStore : this.inService;
		SingleUseAuthorizationService answering = first ? this.inService : this.inStore;
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
		SingleUseAuthorizationService asking = first ? this.inStore : this.inService;
		SingleUseAuthorizationService denying = first ? this.inService : this.inStore;
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
		assertThat(find(this.inStore, issued)).isNull();
		assertThat(find(this.inService, issued)).isNull();
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
		this.inStore.save(OAuth2Authorization.from(find(this.inStore, issued)).attribute("risk", "low").build());
		assertThat(this.app.saved).isEmpty();
		assertThat(find(this.inStore, issued).getAttributes()).containsEntry("risk", "low");
		redeem(this.inStore, issued);
	}

	@Test
	void appThatRemovesWhatItFoundByACodeRemovesTheRecord() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		this.inStore.remove(find(this.inStore, issued));
		assertThat(this.store.records()).isEmpty();
		assertThat(find(this.inStore, issued)).isNull();
	}

	@Test
	void storeThatFailsWhenTheAppRemovesIsToldToIt() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization found = find(this.inStore, issued);
		this.store.failure = new StateStoreException(Reason.CONNECTION, "planted", null);
		assertThatExceptionOfType(OAuth2AuthenticationException.class).isThrownBy(() -> this.inStore.remove(found));
	}

	@Test
	void codeThatItsClientRevokesIsGoodNoMore() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.inStore.save(issued);
		OAuth2Authorization kept = find(this.inStore, issued);
		TestCodes.as(TestCodes.SHOP, () -> {
			OAuth2Authorization found = this.inStore.findByToken(TestCodes.code(issued).getTokenValue(), null);
			this.inStore.save(OAuth2Authorization.from(found).invalidate(TestCodes.code(found)).build());
		});
		assertRefused(this.inStore, TestCodes.redeemed(kept));
		OAuth2Authorization found = find(this.inStore, issued);
		assertThat(found.getToken(OAuth2AuthorizationCode.class).isInvalidated()).isTrue();
	}

	@Test
	void codeThatIsInBothPlacesIsRedeemedOnce() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.store.lostAnswer = new StateStoreException(Reason.AMBIGUOUS, "Lost", null);
		this.inStore.save(issued);
		assertThat(this.app.saved).hasSize(1);
		assertThat(this.store.records()).hasSize(1);
		OAuth2Authorization late = find(this.inService, issued);
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

	private static OAuth2Authorization find(SingleUseAuthorizationService service, OAuth2Authorization issued) {
		return TestCodes.as(TestCodes.SHOP,
				() -> service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE));
	}

	private static OAuth2Authorization findState(SingleUseAuthorizationService service, OAuth2Authorization asked) {
		return service.findByToken(TestCodes.state(asked), TestCodes.STATE);
	}

	private void redeem(SingleUseAuthorizationService service, OAuth2Authorization issued) {
		OAuth2Authorization redeemed = TestCodes.redeemed(find(service, issued));
		TestCodes.as(TestCodes.SHOP, () -> service.save(redeemed));
		assertThat(this.app.findById(issued.getId()).getAccessToken()).isNotNull();
		assertThat(this.app.findById(issued.getId()).getAttributes()).doesNotContainKey(CodeUse.class.getName());
	}

	private static void assertRefused(SingleUseAuthorizationService service, OAuth2Authorization saved) {
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> service.save(saved)));
	}

}
