package io.github.oauth2state.login;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for callbacks that the provider lets the browser post.
 */
class PostedCallbackTests extends PendingLoginsFixture {

	@Test
	void postedCallbackOnPlainHttpFailsWithTheReasonBeforeTheUserLeaves() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.logins.begin(TestRequests.posted(), TestRequests.http(TestRequests.BEGIN_PATH)))
			.withMessageContaining("form_post")
			.withMessageContaining("https")
			.withMessageContaining("server.forward-headers-strategy");
	}

	@Test
	void postedCallbackOnPlainHttpIsPossibleWhereCookiesAreSecureBySetting() {
		PendingLogins secure = new PendingLogins(new LoginSettings("shop", TTL, 8, true, "oauth2-state", true),
				new CborAuthorizationRequestCodec(), null, this.clock);
		assertThat(secure.begin(TestRequests.posted(), TestRequests.http(TestRequests.BEGIN_PATH))).isPresent();
	}

	@Test
	void postedCallbackIsRecognizedOnItsPathOnly() {
		OAuth2AuthorizationRequest posted = TestRequests.posted();
		begin(posted);
		assertThat(isPosted(posted, TestRequests.CALLBACK_PATH)).isTrue();
		assertThat(isPosted(posted, TestRequests.CALLBACK_PATH + "?iss=a")).isTrue();
		for (String path : List.of("/", "/transfer", TestRequests.CALLBACK_PATH + "/",
				TestRequests.CALLBACK_PATH + ";a", "/transfer?" + TestRequests.CALLBACK_PATH,
				"/app" + TestRequests.CALLBACK_PATH, "")) {
			assertThat(isPosted(posted, path)).as(path).isFalse();
		}
	}

	@Test
	void postedCallbackThatCameBeforeIsStillRecognized() {
		OAuth2AuthorizationRequest posted = TestRequests.posted();
		begin(posted);
		this.browser.take(callback(posted.getState()).cookiesWhenTaken());
		assertThat(isPosted(posted, TestRequests.CALLBACK_PATH)).isTrue();
	}

	@Test
	void loginThatDidNotAskForAPostedCallbackGetsNone() {
		begin(this.request);
		assertThat(isPosted(this.request, TestRequests.CALLBACK_PATH)).isFalse();
	}

	@Test
	void postedCallbackOfAnotherBrowserIsNone() {
		OAuth2AuthorizationRequest posted = TestRequests.posted();
		begin(posted);
		assertThat(this.logins.isPostedCallback(posted.getState(), new LoginBrowser().callback())).isFalse();
		assertThat(this.logins.isPostedCallback("other", this.browser.callback())).isFalse();
		assertThat(logins("bank").isPostedCallback(posted.getState(), this.browser.callback())).isFalse();
	}

	private boolean isPosted(OAuth2AuthorizationRequest posted, String path) {
		return this.logins.isPostedCallback(posted.getState(), TestRequests.https(path, this.browser.cookies()));
	}

}
