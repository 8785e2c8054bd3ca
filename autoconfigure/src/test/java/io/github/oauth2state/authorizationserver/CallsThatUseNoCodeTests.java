package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that calls that use up no code reach the app's service as they are.
 */
class CallsThatUseNoCodeTests extends SingleUseFixture {

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
		OAuth2Authorization found = this.service.findByToken(TestCodes.refreshToken(issued), null);
		OAuth2Authorization revoked = invalidated(found, OAuth2RefreshToken.class);
		saveAsShop(revoked);
		assertThat(this.app.findById(issued.getId())).isEqualTo(revoked);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents();
	}

	@Test
	void codeThatIsRevokedIsNotToldAsIssued() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization found = this.service.findByToken(TestCodes.code(issued).getTokenValue(), null);
		saveAsShop(invalidated(found, OAuth2AuthorizationCode.class));
		assertEvents();
	}

	@Test
	void appThatChangesWhatItFoundByACodeLeavesTheCodeUnused() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		OAuth2Authorization found = TestCodes.find(this.service, issued);
		this.service.save(OAuth2Authorization.from(found).attribute("risk", "low").build());
		assertThat(this.app.findById(issued.getId()).getAttributes()).containsEntry("risk", "low")
			.doesNotContainKey(CodeUse.class.getName());
		assertThat(redeem(issued).getAccessToken()).isNotNull();
	}

	@Test
	void appThatRemovesWhatItFoundByACodeRemovesIt() {
		OAuth2Authorization issued = issue(TestCodes.withCode());
		this.service.remove(TestCodes.find(this.service, issued));
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

}
