package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that refresh tokens that are replaced are used once, and that using one again
 * revokes its family.
 */
class SingleUseRefreshTokenTests extends SingleUseFixture {

	@Test
	void refreshTokenThatIsReplacedIsUsedOnce() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		OAuth2Authorization first = refreshed(issued);
		OAuth2Authorization second = refreshed(issued);
		saveAsShop(first);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REDEEMED REFRESH_TOKEN", "ISSUED REFRESH_TOKEN");
		assertRefused(second);
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
			saveAsShop(next);
			assertThat(this.app.findById(issued.getId())).isEqualTo(CodeUse.unmark(next));
		}
		assertThat(this.store.takeCommands()).isEmpty();
		assertEvents();
	}

	@Test
	void replacedRefreshTokenThatComesAgainRevokesItsFamily() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		refresh(issued);
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
		refresh(issued);
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
		OAuth2Authorization found = TestCodes.as(TestCodes.OTHER,
				() -> this.service.findByToken(TestCodes.refreshToken(issued), OAuth2TokenType.REFRESH_TOKEN));
		assertThat(found).isNotNull();
		assertEvents("WRONG_CLIENT REFRESH_TOKEN");
	}

	@Test
	void replacedRefreshTokenOfAnotherClientRevokesNothing() {
		OAuth2Authorization issued = issue(TestCodes.withTokens());
		refresh(issued);
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
		refresh(issued);
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
		refresh(issued);
		this.store.takeCommands();
		assertThat(this.service.findByToken(TestCodes.refreshToken(issued), OAuth2TokenType.REFRESH_TOKEN)).isNull();
		assertThat(this.store.takeCommands()).isEmpty();
		assertThat(this.app.findById(issued.getId()).getRefreshToken().isInvalidated()).isFalse();
	}

}
