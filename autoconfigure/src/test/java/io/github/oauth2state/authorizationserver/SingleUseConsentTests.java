package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests that a consent is answered once, and that a pushed request leads to one code. The
 * server finds both by a state.
 */
class SingleUseConsentTests extends SingleUseFixture {

	@Test
	void consentLeadsToOneCode() {
		OAuth2Authorization asked = TestCodes.onConsentPage();
		this.service.save(asked);
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
	void serviceThatFailsToRemoveGivesTheStateBack() {
		OAuth2Authorization asked = issue(TestCodes.onConsentPage());
		OAuth2Authorization denied = findState(asked);
		this.app.failure = new IllegalStateException("Database");
		assertThatIllegalStateException().isThrownBy(() -> this.service.remove(denied));
		assertThat(this.store.records()).isEmpty();
	}

	@Test
	void pushedRequestLeadsToOneCode() {
		OAuth2Authorization pushed = TestCodes.pushed(LIFE);
		this.service.save(pushed);
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
		this.service.remove(findState(pushed));
		assertEvents("EXPIRED PUSHED_REQUEST");
	}

}
