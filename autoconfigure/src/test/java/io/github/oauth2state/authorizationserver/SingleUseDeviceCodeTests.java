package io.github.oauth2state.authorizationserver;

import java.security.Principal;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.OAuth2UserCode;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that device codes, the user codes that belong to them and the consents that the
 * user gives for a device are used once.
 */
class SingleUseDeviceCodeTests extends SingleUseFixture {

	@Test
	void deviceCodeIsUsedOnce() {
		OAuth2Authorization issued = TestCodes.device(LIFE);
		this.service.save(issued);
		assertEvents("ISSUED DEVICE_CODE");
		OAuth2Authorization first = deviceRedeemed(issued);
		OAuth2Authorization second = deviceRedeemed(issued);
		saveAsShop(first);
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
		assertEvents("REDEEMED DEVICE_CODE", "ISSUED REFRESH_TOKEN");
		assertRefused(second);
		assertEvents("DUPLICATE DEVICE_CODE");
	}

	@Test
	void wrongClientDoesNotBurnADeviceCode() {
		OAuth2Authorization issued = issue(TestCodes.device(LIFE));
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
		List<OAuth2Authorization> polls = List.of(findDevice(issued), findDevice(issued));
		for (OAuth2Authorization poll : polls) {
			saveAsShop(invalidated(poll, OAuth2DeviceCode.class));
		}
		assertThat(this.app.findById(issued.getId()).getToken(OAuth2DeviceCode.class).isInvalidated()).isTrue();
		assertEvents("EXPIRED DEVICE_CODE", "DUPLICATE DEVICE_CODE");
	}

	@Test
	void userCodeIsUsedOnce() {
		OAuth2Authorization issued = issue(TestCodes.device(LIFE));
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

	private OAuth2Authorization findDevice(OAuth2Authorization issued) {
		return TestCodes.as(TestCodes.SHOP,
				() -> this.service.findByToken(TestCodes.deviceCode(issued), TestCodes.DEVICE_CODE));
	}

	private OAuth2Authorization findUser(OAuth2Authorization issued) {
		return this.service.findByToken(TestCodes.userCode(issued), TestCodes.USER_CODE);
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

}
