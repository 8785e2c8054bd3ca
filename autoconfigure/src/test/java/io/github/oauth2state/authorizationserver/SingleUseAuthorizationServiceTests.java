package io.github.oauth2state.authorizationserver;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.OAuth2UserCode;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link SingleUseAuthorizationService}, with codes of each type. Requests that
 * come at the same time are played one step after the other, on one thread.
 */
@ExtendWith(OutputCaptureExtension.class)
class SingleUseAuthorizationServiceTests {

	private static final Duration LIFE = Duration.ofMinutes(5);

	private static final Duration PAST = Duration.ofMinutes(-1);

	private final CodeStore store = new CodeStore();

	private final TestService app = new TestService();

	private final List<CodeEvent> events = new ArrayList<>();

	private final CodeLedger ledger = new CodeLedger(this.store, "shop", Duration.ofDays(30));

	private final CodeEventPublisher publisher = new CodeEventPublisher(() -> List.of(this.events::add));

	private final SingleUseAuthorizationService service = new SingleUseAuthorizationService(this.app, this.ledger,
			new PendingAuthorizations(this.app, this.ledger, this.publisher, false), this.publisher, Duration.ZERO);

	@Test
	void issueNeedsNoCommand() {
		this.service.save(TestCodes.withCode());
		assertThat(this.store.takeCommands()).isEmpty();
		assertEvents("ISSUED AUTHORIZATION_CODE");
	}

	@Test
	void redemptionNeedsOneCommandAndTellsTheServiceNothingNew() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization redeemed = TestCodes.redeemed(findCode(issued));
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(redeemed));
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertThat(this.app.saved.get(1)).isEqualTo(CodeUse.unmark(redeemed));
		assertEvents("REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN");
		assertThat(this.events).allMatch((event) -> "id-shop".equals(event.registeredClientId())
				&& issued.getId().equals(event.authorizationId()));
	}

	@Test
	void ofTwoThatFoundACodeUnusedOneGetsTokens() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization first = TestCodes.redeemed(findCode(issued));
		OAuth2Authorization second = TestCodes.redeemed(findCode(issued));
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(first));
		this.events.clear();
		assertRefused(OAuth2AuthenticationException.class, "invalid_grant", second);
		assertThat(this.app.findById(issued.getId()).getAccessToken()).isEqualTo(first.getAccessToken());
		assertThat(this.app.findById(issued.getId()).getAccessToken().isInvalidated()).isFalse();
		assertEvents("DUPLICATE AUTHORIZATION_CODE");
	}

	@Test
	void laterUseRevokesAsTheServerDoes() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization redeemed = TestCodes.redeemed(findCode(issued));
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(redeemed));
		this.events.clear();
		this.store.takeCommands();
		OAuth2Authorization again = findCode(issued);
		OAuth2Authorization revoked = OAuth2Authorization.from(again)
			.invalidate(again.getRefreshToken().getToken())
			.build();
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(revoked));
		assertThat(this.app.findById(issued.getId()).getAccessToken().isInvalidated()).isTrue();
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REUSED AUTHORIZATION_CODE");
	}

	@Test
	void wrongClientBurnsNothing() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		TestCodes.as(TestCodes.OTHER, () -> {
			OAuth2Authorization found = this.service.findByToken(TestCodes.code(issued).getTokenValue(),
					TestCodes.CODE);
			this.service.save(OAuth2Authorization.from(found).invalidate(TestCodes.code(found)).build());
		});
		assertThat(this.store.takeCommands()).isEmpty();
		assertEvents("WRONG_CLIENT AUTHORIZATION_CODE");
		OAuth2Authorization found = findCode(issued);
		assertThat(found.getToken(OAuth2AuthorizationCode.class).isInvalidated()).isFalse();
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(TestCodes.redeemed(found)));
		assertEvents("REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN");
	}

	@Test
	void wrongClientThatComesLateDoesNotOverwriteTokens() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization stale = TestCodes.as(TestCodes.OTHER,
				() -> this.service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE));
		redeem(issued);
		TestCodes.as(TestCodes.OTHER,
				() -> this.service.save(OAuth2Authorization.from(stale).invalidate(TestCodes.code(stale)).build()));
		assertThat(this.app.findById(issued.getId()).getAccessToken()).isNotNull();
	}

	/**
	 * As a wrong verifier or redirect URI does.
	 */
	@Test
	void requestThatEndsBeforeItSavesBurnsNothing() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		findCode(issued);
		this.service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE);
		assertThat(this.store.takeCommands()).isEmpty();
		assertThat(redeem(issued).getAccessToken()).isNotNull();
	}

	@Test
	void expiredCodeIsToldOnceForARequest() {
		OAuth2Authorization issued = issue(TestCodes.withCode(PAST));
		this.service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE);
		findCode(issued);
		assertEvents("EXPIRED AUTHORIZATION_CODE");
	}

	@Test
	void serviceThatFailsGivesTheCodeBack() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization found = findCode(issued);
		this.app.failure = new IllegalStateException("Database");
		assertThatIllegalStateException()
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> this.service.save(TestCodes.redeemed(found))))
			.withMessage("Database");
		assertThat(this.store.records()).isEmpty();
		assertEvents();
		this.app.failure = null;
		assertThat(redeem(issued).getAccessToken()).isNotNull();
	}

	@Test
	void refreshTokenThatIsReplacedIsUsedOnce() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		OAuth2Authorization first = refreshed(issued);
		OAuth2Authorization second = refreshed(issued);
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(first));
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REDEEMED REFRESH_TOKEN", "ISSUED REFRESH_TOKEN");
		assertRefused(OAuth2AuthenticationException.class, "invalid_grant", second);
		assertEvents("DUPLICATE REFRESH_TOKEN");
		assertThat(this.app.findById(issued.getId())).isEqualTo(CodeUse.unmark(first));
	}

	@Test
	void refreshTokenThatStaysNeedsNoCommand() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		for (int i = 0; i < 3; i++) {
			OAuth2Authorization found = findRefresh(TestCodes.refreshToken(issued));
			OAuth2Authorization next = TestCodes.tokens(OAuth2Authorization.from(found))
				.refreshToken(found.getRefreshToken().getToken())
				.build();
			TestCodes.as(TestCodes.SHOP, () -> this.service.save(next));
			assertThat(this.app.findById(issued.getId())).isEqualTo(CodeUse.unmark(next));
		}
		assertThat(this.store.takeCommands()).isEmpty();
		assertEvents();
	}

	@Test
	void replacedRefreshTokenThatComesAgainRevokesItsFamily() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(issued)));
		this.events.clear();
		assertThat(findRefresh(TestCodes.refreshToken(issued))).isNull();
		OAuth2Authorization family = this.app.findById(issued.getId());
		assertThat(family.getRefreshToken().isInvalidated()).isTrue();
		assertThat(family.getAccessToken().isInvalidated()).isTrue();
		assertEvents("REUSED REFRESH_TOKEN");
	}

	@Test
	void familyWithoutARefreshTokenLosesItsAccessToken() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		OAuth2Authorization last = OAuth2Authorization.from(this.app.findById(issued.getId())).build();
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(issued)));
		OAuth2Authorization accessOnly = OAuth2Authorization.withRegisteredClient(TestCodes.SHOP)
			.id(issued.getId())
			.principalName("alice")
			.authorizationGrantType(last.getAuthorizationGrantType())
			.accessToken(last.getAccessToken().getToken())
			.build();
		this.app.save(accessOnly);
		findRefresh(TestCodes.refreshToken(issued));
		assertThat(this.app.findById(issued.getId()).getAccessToken().isInvalidated()).isTrue();
	}

	@Test
	void refreshTokenOfAnotherClientIsTold() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		this.events.clear();
		OAuth2Authorization found = TestCodes.as(TestCodes.OTHER,
				() -> this.service.findByToken(TestCodes.refreshToken(issued), OAuth2TokenType.REFRESH_TOKEN));
		assertThat(found).isNotNull();
		assertEvents("WRONG_CLIENT REFRESH_TOKEN");
	}

	@Test
	void replacedRefreshTokenOfAnotherClientRevokesNothing() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(issued)));
		this.events.clear();
		assertThat(TestCodes.<OAuth2Authorization>as(TestCodes.OTHER,
				() -> this.service.findByToken(TestCodes.refreshToken(issued), OAuth2TokenType.REFRESH_TOKEN)))
			.isNull();
		assertThat(this.app.findById(issued.getId()).getRefreshToken().isInvalidated()).isFalse();
		assertEvents();
	}

	@Test
	void replacedRefreshTokenOfAnAuthorizationThatIsGoneRevokesNothing() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(issued)));
		this.app.remove(this.app.findById(issued.getId()));
		this.events.clear();
		assertThat(findRefresh(TestCodes.refreshToken(issued))).isNull();
		assertEvents();
	}

	@Test
	void refreshTokenThatIsUnknownCostsOneCommandAndNoEvent() {
		assertThat(findRefresh("unknown")).isNull();
		assertThat(this.store.takeCommands()).containsExactly("find");
		assertEvents();
	}

	@Test
	void appThatLooksForARefreshTokenWithoutAClientRevokesNothing() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(issued)));
		this.store.takeCommands();
		assertThat(this.service.findByToken(TestCodes.refreshToken(issued), OAuth2TokenType.REFRESH_TOKEN)).isNull();
		assertThat(this.store.takeCommands()).isEmpty();
		assertThat(this.app.findById(issued.getId()).getRefreshToken().isInvalidated()).isFalse();
	}

	@Test
	void deviceCodeIsUsedOnce() {
		OAuth2Authorization issued = issue(TestCodes.device(LIFE));
		assertEvents("ISSUED DEVICE_CODE");
		OAuth2Authorization first = deviceRedeemed(issued);
		OAuth2Authorization second = deviceRedeemed(issued);
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(first));
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REDEEMED DEVICE_CODE", "ISSUED REFRESH_TOKEN");
		assertRefused(OAuth2AuthenticationException.class, "invalid_grant", second);
		assertEvents("DUPLICATE DEVICE_CODE");
	}

	@Test
	void wrongClientDoesNotBurnADeviceCode() {
		OAuth2Authorization issued = issue(TestCodes.device(LIFE));
		this.events.clear();
		TestCodes.as(TestCodes.OTHER, () -> {
			OAuth2Authorization found = this.service.findByToken(TestCodes.deviceCode(issued), TestCodes.DEVICE_CODE);
			this.service.save(invalidated(found, OAuth2DeviceCode.class));
		});
		assertThat(this.app.findById(issued.getId()).getToken(OAuth2DeviceCode.class).isInvalidated()).isFalse();
		assertEvents("WRONG_CLIENT DEVICE_CODE");
	}

	@Test
	void expiredDeviceCodeIsInvalidatedOnceAndToldAsExpired() {
		OAuth2Authorization issued = issue(TestCodes.device(PAST));
		this.events.clear();
		List<OAuth2Authorization> polls = List.of(findDevice(issued), findDevice(issued));
		for (OAuth2Authorization poll : polls) {
			TestCodes.as(TestCodes.SHOP, () -> this.service.save(invalidated(poll, OAuth2DeviceCode.class)));
		}
		assertThat(this.app.findById(issued.getId()).getToken(OAuth2DeviceCode.class).isInvalidated()).isTrue();
		assertEvents("EXPIRED DEVICE_CODE", "DUPLICATE DEVICE_CODE");
	}

	@Test
	void userCodeIsUsedOnce() {
		OAuth2Authorization issued = issue(TestCodes.device(LIFE));
		this.events.clear();
		OAuth2Authorization first = findUser(issued);
		OAuth2Authorization second = findUser(issued);
		this.service.save(invalidated(first, OAuth2UserCode.class));
		assertEvents("REDEEMED USER_CODE");
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> this.service.save(invalidated(second, OAuth2UserCode.class)))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant"));
	}

	@Test
	void deviceConsentIsAnsweredOnce() {
		OAuth2Authorization issued = issue(TestCodes.device(LIFE));
		this.events.clear();
		OAuth2Authorization asked = OAuth2Authorization.from(findUser(issued))
			.attribute(Principal.class.getName(), TestCodes.user())
			.attribute(OAuth2ParameterNames.STATE, "device-consent")
			.build();
		this.service.save(asked);
		assertEvents("ISSUED CONSENT");
		OAuth2Authorization first = this.service.findByToken("device-consent", TestCodes.STATE);
		OAuth2Authorization second = this.service.findByToken("device-consent", TestCodes.STATE);
		this.service.save(answered(first));
		assertEvents("REDEEMED CONSENT");
		assertConsentRefused(answered(second));
	}

	@Test
	void consentLeadsToOneCode() {
		OAuth2Authorization asked = issue(TestCodes.onConsentPage());
		assertEvents("ISSUED CONSENT");
		OAuth2Authorization first = TestCodes.approved(findState(asked));
		OAuth2Authorization second = TestCodes.approved(findState(asked));
		this.service.save(first);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REDEEMED CONSENT", "ISSUED AUTHORIZATION_CODE");
		assertConsentRefused(second);
	}

	@Test
	void deniedConsentCannotBeApprovedAtTheSameTime() {
		OAuth2Authorization asked = issue(TestCodes.onConsentPage());
		OAuth2Authorization denied = findState(asked);
		OAuth2Authorization approved = TestCodes.approved(findState(asked));
		this.service.remove(denied);
		assertThat(this.app.removed).containsExactly(CodeUse.unmark(denied));
		assertThat(this.app.removed.get(0).getAttributes()).doesNotContainKey(CodeUse.class.getName());
		assertConsentRefused(approved);
		assertThat(this.app.findById(asked.getId())).isNull();
	}

	@Test
	void approvedConsentCannotBeDeniedAtTheSameTime() {
		OAuth2Authorization asked = issue(TestCodes.onConsentPage());
		OAuth2Authorization denied = findState(asked);
		this.service.save(TestCodes.approved(findState(asked)));
		assertThatExceptionOfType(OAuth2AuthorizationCodeRequestAuthenticationException.class)
			.isThrownBy(() -> this.service.remove(denied));
		assertThat(this.app.findById(asked.getId())).isNotNull();
	}

	@Test
	void pushedRequestLeadsToOneCode() {
		OAuth2Authorization pushed = issue(TestCodes.pushed(LIFE));
		assertEvents("ISSUED PUSHED_REQUEST");
		OAuth2Authorization first = findState(pushed);
		OAuth2Authorization second = findState(pushed);
		this.service.remove(first);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REDEEMED PUSHED_REQUEST");
		assertThatExceptionOfType(OAuth2AuthorizationCodeRequestAuthenticationException.class)
			.isThrownBy(() -> this.service.remove(second))
			.satisfies((ex) -> {
				assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_request");
				assertThat(ex.getError().getDescription()).contains("request_uri");
			});
		assertEvents("DUPLICATE PUSHED_REQUEST");
	}

	@Test
	void expiredPushedRequestIsToldAsExpired() {
		OAuth2Authorization pushed = issue(TestCodes.pushed(PAST));
		this.events.clear();
		this.service.remove(findState(pushed));
		assertEvents("EXPIRED PUSHED_REQUEST");
	}

	@Test
	void serviceThatFailsToRemoveGivesTheStateBack() {
		OAuth2Authorization asked = issue(TestCodes.onConsentPage());
		OAuth2Authorization denied = findState(asked);
		this.app.failure = new IllegalStateException("Database");
		assertThatIllegalStateException().isThrownBy(() -> this.service.remove(denied));
		assertThat(this.store.records()).isEmpty();
	}

	@Test
	void claimLivesUntilTheCodeWouldHaveExpired() {
		redeem(issue(TestCodes.withCode(Duration.ofMinutes(5))));
		redeem(issue(TestCodes.withCode(Duration.ofSeconds(30))));
		assertThat(this.store.lives().get(0)).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
		assertThat(this.store.lives().get(1)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(90));
	}

	@Test
	void claimOfACodeWithoutExpiryOutlastsTheRequestsThatFoundIt() {
		OAuth2Authorization issued = issue(TestCodes.requested(TestCodes.user())
			.token(new OAuth2AuthorizationCode("endless", Instant.now(), null))
			.build());
		redeem(issued);
		assertThat(this.store.lives()).containsExactly(Duration.ofMinutes(11));
	}

	@Test
	void claimOfACodeThatLivesForYearsIsOneThatStoresTake() {
		redeem(issue(TestCodes.withCode(Duration.ofDays(5000))));
		assertThat(this.store.lives().get(0)).isLessThanOrEqualTo(Duration.ofDays(400));
	}

	@Test
	void claimOfARefreshTokenLivesAsLongAsItButNoLongerThanReuseIsDetected() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(issued)));
		OAuth2Authorization forYears = issue(OAuth2Authorization.from(TestCodes.withTokens())
			.refreshToken(new OAuth2RefreshToken("for-years", Instant.now(), Instant.now().plus(Duration.ofDays(90))))
			.build());
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(forYears)));
		OAuth2Authorization endless = issue(OAuth2Authorization.from(TestCodes.withTokens())
			.refreshToken(new OAuth2RefreshToken("endless", Instant.now(), null))
			.build());
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(refreshed(endless)));
		Duration longest = Duration.ofDays(30).plusMinutes(1);
		assertThat(this.store.lives().get(0)).isBetween(Duration.ofMinutes(60), Duration.ofMinutes(61));
		assertThat(this.store.lives()).last().isEqualTo(longest);
		assertThat(this.store.lives()).element(1).isEqualTo(longest);
	}

	@Test
	void accessTokensAndUnknownTypesAreNotNoted() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		String access = issued.getAccessToken().getToken().getTokenValue();
		assertThat(CodeUse.of(this.service.findByToken(access, OAuth2TokenType.ACCESS_TOKEN))).isNull();
		assertThat(CodeUse.of(this.service.findByToken(access, null))).isNull();
		assertThat(CodeUse.of(this.service.findById(issued.getId()))).isNull();
	}

	@Test
	void revocationIsSavedAsItIs() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		this.events.clear();
		OAuth2Authorization found = this.service.findByToken(TestCodes.refreshToken(issued), null);
		OAuth2Authorization revoked = invalidated(found, OAuth2RefreshToken.class);
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(revoked));
		assertThat(this.app.findById(issued.getId())).isEqualTo(revoked);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents();
	}

	@Test
	void codeThatIsRevokedIsNotToldAsIssued() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		this.events.clear();
		OAuth2Authorization found = this.service.findByToken(TestCodes.code(issued).getTokenValue(), null);
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(invalidated(found, OAuth2AuthorizationCode.class)));
		assertEvents();
	}

	@Test
	void appThatChangesWhatItFoundByACodeLeavesTheCodeUnused() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		this.events.clear();
		OAuth2Authorization found = this.service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE);
		this.service.save(OAuth2Authorization.from(found).attribute("risk", "low").build());
		assertThat(this.app.findById(issued.getId()).getAttributes()).containsEntry("risk", "low")
			.doesNotContainKey(CodeUse.class.getName());
		assertThat(redeem(issued).getAccessToken()).isNotNull();
	}

	@Test
	void appThatRemovesWhatItFoundByACodeRemovesIt() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		this.service.remove(this.service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE));
		assertThat(this.app.removed).hasSize(1)
			.allSatisfy((removed) -> assertThat(removed.getAttributes()).doesNotContainKey(CodeUse.class.getName()));
		assertThat(this.app.findById(issued.getId())).isNull();
		this.service.remove(TestCodes.withTokens());
		assertThat(this.store.takeCommands()).isEmpty();
	}

	@Test
	void idOfAnUnknownAuthorizationFindsNothing() {
		assertThat(this.service.findById("unknown")).isNull();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void noTextShowsACode(boolean used, CapturedOutput output) {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization found = findCode(issued);
		OAuth2Authorization second = TestCodes.redeemed(findCode(issued));
		if (used) {
			TestCodes.as(TestCodes.SHOP, () -> this.service.save(TestCodes.redeemed(found)));
			assertRefused(OAuth2AuthenticationException.class, "invalid_grant", second);
		}
		String code = TestCodes.code(issued).getTokenValue();
		assertThat(CodeUse.of(found)).hasToString("CodeUse[AUTHORIZATION_CODE, hidden]");
		assertThat(Map.of("mark", CodeUse.of(found)).toString()).doesNotContain(code);
		assertThat(this.events.toString()).doesNotContain(code);
		assertThat(output).doesNotContain(code);
		assertThat(this.store.everything()).doesNotContain(code, issued.getId(), "alice");
		assertThat(this.store.records().toString()).doesNotContain(code);
	}

	private OAuth2Authorization issue(OAuth2Authorization authorization) {
		this.service.save(authorization);
		if (authorization.getToken(OAuth2AuthorizationCode.class) != null) {
			this.events.clear();
		}
		return authorization;
	}

	private OAuth2Authorization findCode(OAuth2Authorization issued) {
		return TestCodes.as(TestCodes.SHOP,
				() -> this.service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE));
	}

	private OAuth2Authorization findRefresh(String token) {
		return TestCodes.as(TestCodes.SHOP, () -> this.service.findByToken(token, OAuth2TokenType.REFRESH_TOKEN));
	}

	private OAuth2Authorization findDevice(OAuth2Authorization issued) {
		return TestCodes.as(TestCodes.SHOP,
				() -> this.service.findByToken(TestCodes.deviceCode(issued), TestCodes.DEVICE_CODE));
	}

	private OAuth2Authorization findUser(OAuth2Authorization issued) {
		return this.service.findByToken(TestCodes.userCode(issued), TestCodes.USER_CODE);
	}

	private OAuth2Authorization findState(OAuth2Authorization issued) {
		return this.service.findByToken(TestCodes.state(issued), TestCodes.STATE);
	}

	private OAuth2Authorization redeem(OAuth2Authorization issued) {
		OAuth2Authorization redeemed = TestCodes.redeemed(findCode(issued));
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(redeemed));
		return this.app.findById(issued.getId());
	}

	private OAuth2Authorization refreshed(OAuth2Authorization issued) {
		return TestCodes.tokens(OAuth2Authorization.from(findRefresh(TestCodes.refreshToken(issued)))).build();
	}

	private OAuth2Authorization deviceRedeemed(OAuth2Authorization issued) {
		OAuth2Authorization found = findDevice(issued);
		return TestCodes.tokens(OAuth2Authorization.from(found))
			.invalidate(found.getToken(OAuth2DeviceCode.class).getToken())
			.build();
	}

	private static OAuth2Authorization answered(OAuth2Authorization found) {
		return OAuth2Authorization.from(invalidated(found, OAuth2UserCode.class))
			.attributes((all) -> all.remove(OAuth2ParameterNames.STATE))
			.build();
	}

	private static <T extends OAuth2Token> OAuth2Authorization invalidated(OAuth2Authorization found, Class<T> type) {
		return OAuth2Authorization.from(found).invalidate(found.getToken(type).getToken()).build();
	}

	private <T extends OAuth2AuthenticationException> void assertRefused(Class<T> type, String error,
			OAuth2Authorization saved) {
		assertThatExceptionOfType(type).isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> this.service.save(saved)))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo(error));
	}

	private void assertConsentRefused(OAuth2Authorization saved) {
		assertRefused(OAuth2AuthorizationCodeRequestAuthenticationException.class, "invalid_request", saved);
		assertThat(this.events).last()
			.extracting(CodeEvent::outcome, CodeEvent::type)
			.containsExactly(CodeOutcome.DUPLICATE, CodeType.CONSENT);
	}

	private void assertEvents(String... expected) {
		assertThat(this.events).extracting((event) -> event.outcome() + " " + event.type()).containsExactly(expected);
		this.events.clear();
	}

}
