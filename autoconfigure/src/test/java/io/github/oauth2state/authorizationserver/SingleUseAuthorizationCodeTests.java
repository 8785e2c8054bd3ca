package io.github.oauth2state.authorizationserver;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests that authorization codes are used once. Requests that come at the same time are
 * played one step after the other, on one thread.
 */
@ExtendWith(OutputCaptureExtension.class)
class SingleUseAuthorizationCodeTests extends SingleUseFixture {

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
		saveAsShop(redeemed);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertThat(this.app.saved.get(1)).isEqualTo(CodeUse.unmark(redeemed));
		assertThat(this.events).allMatch((event) -> "id-shop".equals(event.registeredClientId())
				&& issued.getId().equals(event.authorizationId()));
		assertEvents("REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN");
	}

	@Test
	void ofTwoThatFoundACodeUnusedOneGetsTokens() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization first = TestCodes.redeemed(findCode(issued));
		OAuth2Authorization second = TestCodes.redeemed(findCode(issued));
		saveAsShop(first);
		this.events.clear();
		assertRefused(second);
		assertThat(this.app.findById(issued.getId()).getAccessToken()).isEqualTo(first.getAccessToken());
		assertThat(this.app.findById(issued.getId()).getAccessToken().isInvalidated()).isFalse();
		assertEvents("DUPLICATE AUTHORIZATION_CODE");
	}

	@Test
	void laterUseRevokesAsTheServerDoes() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		redeem(issued);
		this.events.clear();
		this.store.takeCommands();
		OAuth2Authorization again = findCode(issued);
		OAuth2Authorization revoked = OAuth2Authorization.from(again)
			.invalidate(again.getRefreshToken().getToken())
			.build();
		saveAsShop(revoked);
		assertThat(this.app.findById(issued.getId()).getAccessToken().isInvalidated()).isTrue();
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REUSED AUTHORIZATION_CODE");
	}

	@Test
	void wrongClientBurnsNothing() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		TestCodes.as(TestCodes.OTHER, () -> {
			OAuth2Authorization found = TestCodes.find(this.service, issued);
			this.service.save(OAuth2Authorization.from(found).invalidate(TestCodes.code(found)).build());
		});
		assertThat(this.store.takeCommands()).isEmpty();
		assertEvents("WRONG_CLIENT AUTHORIZATION_CODE");
		OAuth2Authorization found = findCode(issued);
		assertThat(found.getToken(OAuth2AuthorizationCode.class).isInvalidated()).isFalse();
		saveAsShop(TestCodes.redeemed(found));
		assertEvents("REDEEMED AUTHORIZATION_CODE", "ISSUED REFRESH_TOKEN");
	}

	@Test
	void wrongClientThatComesLateDoesNotOverwriteTokens() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization stale = TestCodes.as(TestCodes.OTHER, () -> TestCodes.find(this.service, issued));
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
		TestCodes.find(this.service, issued);
		assertThat(this.store.takeCommands()).isEmpty();
		assertThat(redeem(issued).getAccessToken()).isNotNull();
	}

	@Test
	void expiredCodeIsToldOnceForARequest() {
		OAuth2Authorization issued = issue(TestCodes.withCode(PAST));
		TestCodes.find(this.service, issued);
		findCode(issued);
		assertEvents("EXPIRED AUTHORIZATION_CODE");
	}

	@Test
	void serviceThatFailsGivesTheCodeBack() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization found = findCode(issued);
		this.app.failure = new IllegalStateException("Database");
		assertThatIllegalStateException().isThrownBy(() -> saveAsShop(TestCodes.redeemed(found)))
			.withMessage("Database");
		assertThat(this.store.records()).isEmpty();
		assertEvents();
		this.app.failure = null;
		assertThat(redeem(issued).getAccessToken()).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void noTextShowsACode(boolean used, CapturedOutput output) {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization found = findCode(issued);
		OAuth2Authorization second = TestCodes.redeemed(findCode(issued));
		if (used) {
			saveAsShop(TestCodes.redeemed(found));
			assertRefused(second);
		}
		String code = TestCodes.code(issued).getTokenValue();
		assertThat(CodeUse.of(found)).hasToString("CodeUse[AUTHORIZATION_CODE, hidden]");
		assertThat(Map.of("mark", CodeUse.of(found)).toString()).doesNotContain(code);
		assertThat(this.events.toString()).doesNotContain(code);
		assertThat(output).doesNotContain(code);
		assertThat(this.store.everything()).doesNotContain(code, issued.getId(), "alice");
		assertThat(this.store.records().toString()).doesNotContain(code);
	}

}
