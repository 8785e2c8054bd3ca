package io.github.oauth2state.login;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CookieReach}.
 */
@ExtendWith(OutputCaptureExtension.class)
class CookieReachTests {

	@Test
	void postedCallbackBringsTheCookieByHttpsOnly(CapturedOutput output) {
		CookieReach reach = reach(null, new MockEnvironment());
		OAuth2AuthorizationRequest posted = TestRequests.posted();
		assertThat(reach.includesCallback(posted, TestRequests.https(TestRequests.BEGIN_PATH), "shop.example"))
			.isTrue();
		for (int i = 0; i < 3; i++) {
			assertThat(reach.includesCallback(posted, TestRequests.http(TestRequests.BEGIN_PATH), "localhost"))
				.isFalse();
		}
		assertThat(output).containsOnlyOnce("server.forward-headers-strategy");
	}

	@ParameterizedTest
	@CsvSource({ "shop.example.com, shop.example.com, true", "shop.example.com, login.example.com, false",
			"shop.example.com, EXAMPLE.com, false", "app, login.example.com, true",
			"shop.example.com, login.example.org, true", "shop.notexample.com, login.example.com, true",
			"SHOP.example.com, shop.example.com, true" })
	void callbackOnAnotherHostOfTheSessionCookieDoesNotBringTheCookie(String host, String callback, boolean included,
			CapturedOutput output) {
		for (String domain : new String[] { "example.com", ".Example.com" }) {
			CookieReach servlet = reach(null,
					new MockEnvironment().withProperty("server.servlet.session.cookie.domain", domain));
			assertThat(isIncluded(servlet, host, callback)).isEqualTo(included);
			CookieReach reactive = new CookieReach(new CookieSettings("oauth2-state", null, false, null, true),
					new MockEnvironment().withProperty("server.reactive.session.cookie.domain", domain), false);
			assertThat(isIncluded(reactive, host, callback)).isEqualTo(included);
		}
		assertThat(output.getOut().contains("oauth2-state.login.cookie.domain=example.com")).isNotEqualTo(included);
	}

	@Test
	void cookieOfADomainReachesItsHosts() {
		MockEnvironment environment = new MockEnvironment().withProperty("server.servlet.session.cookie.domain",
				"example.com");
		assertThat(isIncluded(reach("example.com", environment), "shop.example.com", "login.example.com")).isTrue();
	}

	/**
	 * Without the library, nothing reads such a callback there.
	 */
	@Test
	void postedCallbackOfAReactiveAppIsNotLeftToTheSession() {
		CookieReach reactive = new CookieReach(new CookieSettings("oauth2-state", null, false, null, true),
				new MockEnvironment(), false);
		assertThat(reactive.includesCallback(TestRequests.posted(), TestRequests.http(TestRequests.BEGIN_PATH), "app"))
			.isTrue();
	}

	@Test
	void hostsAreNotComparedIfTheSessionCookieIsForOne() {
		assertThat(isIncluded(reach(null, new MockEnvironment()), "shop.example.com", "login.example.com")).isTrue();
	}

	private static boolean isIncluded(CookieReach reach, String host, String callback) {
		OAuth2AuthorizationRequest login = OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://id.example/authorize")
			.clientId("shop")
			.redirectUri("https://" + callback + "/login/oauth2/code/idp")
			.state("state")
			.build();
		return reach.includesCallback(login, TestRequests.https(TestRequests.BEGIN_PATH), host);
	}

	private static CookieReach reach(@Nullable String domain, MockEnvironment environment) {
		return new CookieReach(new CookieSettings("oauth2-state", null, false, domain, true), environment, true);
	}

}
