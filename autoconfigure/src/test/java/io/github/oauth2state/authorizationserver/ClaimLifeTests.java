package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests how long the store keeps the claim of a code.
 */
class ClaimLifeTests extends SingleUseFixture {

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
		refresh(issued);
		OAuth2Authorization forYears = issue(OAuth2Authorization.from(TestCodes.withTokens())
			.refreshToken(new OAuth2RefreshToken("for-years", Instant.now(), Instant.now().plus(Duration.ofDays(90))))
			.build());
		refresh(forYears);
		OAuth2Authorization endless = issue(OAuth2Authorization.from(TestCodes.withTokens())
			.refreshToken(new OAuth2RefreshToken("endless", Instant.now(), null))
			.build());
		refresh(endless);
		Duration longest = Duration.ofDays(30).plusMinutes(1);
		assertThat(this.store.lives().get(0)).isBetween(Duration.ofMinutes(60), Duration.ofMinutes(61));
		assertThat(this.store.lives()).last().isEqualTo(longest);
		assertThat(this.store.lives()).element(1).isEqualTo(longest);
	}

}
