package io.github.oauth2state.login;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for callbacks that the provider lets the browser post.
 */
class PostedCallbackTests extends PendingLoginsFixture {

	@Test
	void postedCallbackOnPlainHttpFailsWithTheReasonBeforeTheUserLeaves() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.logins.start(LoginPath.SHARED, TestRequests.posted(),
					TestRequests.http(TestRequests.BEGIN_PATH), null, null))
			.withMessageContaining("form_post")
			.withMessageContaining("https")
			.withMessageContaining("server.forward-headers-strategy");
	}

	@Test
	void postedCallbackOnPlainHttpIsPossibleWhereCookiesAreSecureBySetting() {
		PendingLogins secure = new PendingLogins(
				new LoginSettings("shop", TTL, 8, true, true, LoginSettings.Sessions.AUTO, true,
						new CookieSettings("oauth2-state", true, false, null, true)),
				new CborAuthorizationRequestCodec(), null, TestRequests.NO_EVENTS, this.clock);
		assertThat(secure.start(LoginPath.SHARED, TestRequests.posted(), TestRequests.http(TestRequests.BEGIN_PATH),
				null, null))
			.isPresent();
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
		assertThat(this.logins.mayBePostedCallback(new LoginBrowser().callback())).isFalse();
		assertThat(isPosted(this.logins, "other", this.browser.callback(), PostedCallbackTests::noStore)).isFalse();
		assertThat(isPosted(logins("bank"), posted.getState(), this.browser.callback(), PostedCallbackTests::noStore))
			.isFalse();
	}

	@Test
	void postedCallbackOverPlainHttpIsNone() {
		OAuth2AuthorizationRequest posted = TestRequests.posted();
		begin(posted);
		BrowserRequest plain = new BrowserRequest(false, TestRequests.CALLBACK_PATH, false, this.browser.cookies());
		assertThat(this.logins.mayBePostedCallback(plain)).isFalse();
	}

	/**
	 * Another instance has begun the login.
	 */
	@Test
	void instanceThatHasBegunNoSuchLoginTrustsTheSealedRecordOnly() {
		OAuth2AuthorizationRequest posted = TestRequests.posted();
		StartedLogin begun = begin(posted);
		PendingLogins other = logins("shop");
		BrowserRequest callback = this.browser.callback();
		assertThat(isPosted(other, posted.getState(), callback, PostedCallbackTests::noStore)).isFalse();
		assertThat(isPosted(other, posted.getState(), callback, (key) -> Optional.of(begun.value()))).isTrue();
		assertThat(isPosted(other, posted.getState(), callback, PostedCallbackTests::noStore))
			.as("it knows the path now")
			.isTrue();
	}

	@Test
	void plantedCookieNamesNoPathThatIsPostedTo() {
		begin(TestRequests.posted());
		String state = "x";
		BindingCookie planted = new BindingCookie(true, "A".repeat(43), BEGUN, "keycloak", "/begin", "/transfer", null,
				null);
		String name = new BindingCookieJar(settings("shop")).issue(TestRequests.https("/"), state, planted).getName();
		BrowserRequest transfer = TestRequests.https("/transfer", Map.of(name, planted.format()));
		assertThat(this.logins.mayBePostedCallback(transfer)).isTrue();
		assertThat(isPosted(this.logins, state, transfer, PostedCallbackTests::noStore)).isFalse();
	}

	@Test
	void recordOfALoginThatDidNotAskForAPostedCallbackIsNoReasonToTrustACookieThatSaysSo() {
		StartedLogin begun = begin(this.request);
		String name = this.browser.cookies().keySet().iterator().next();
		BindingCookie cookie = this.browser.onlyCookie();
		BindingCookie forged = new BindingCookie(true, cookie.secret(), cookie.issued(), "keycloak", "/begin",
				TestRequests.CALLBACK_PATH, null, null);
		this.browser.cookies().put(name, forged.format());
		assertThat(isPosted(this.logins, this.request.getState(), this.browser.callback(),
				(key) -> Optional.of(begun.value())))
			.isFalse();
	}

	@ParameterizedTest
	@MethodSource("postedRequests")
	void responseModeIsReadWhereverItWasSet(OAuth2AuthorizationRequest posted) {
		ResponseCookie issued = begin(posted).cookies().get(0);
		assertThat(issued.getSameSite()).isEqualTo("None");
		assertThat(isPosted(posted, TestRequests.CALLBACK_PATH)).isTrue();
	}

	static List<OAuth2AuthorizationRequest> postedRequests() {
		return List.of(TestRequests.posted(),
				TestRequests.oidc((builder) -> builder.parameters((all) -> all.put("response_mode", "form_post"))),
				TestRequests.oidc((builder) -> builder
					.authorizationUri("https://id.example.com/authorize?response_mode=form_post&a=b")),
				TestRequests.oidc((builder) -> builder
					.authorizationRequestUri((uri) -> uri.queryParam("response_mode", "form_post").build())),
				TestRequests.oidc((builder) -> builder.authorizationRequestUri(
						"https://id.example.com/authorize?a=b&response_mode=form%5Fpost#fragment")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "?response_mode=query", "?xresponse_mode=form_post", "?response_mode=form_posted",
			"?a=response_mode=form_post", "?response_mode=%zz", "#response_mode=form_post", "" })
	void anyOtherResponseModeIsNotPosted(String query) {
		OAuth2AuthorizationRequest request = TestRequests
			.oidc((builder) -> builder.authorizationRequestUri("https://id.example.com/authorize" + query));
		assertThat(begin(request).cookies().get(0).getSameSite()).isEqualTo("Lax");
	}

	private boolean isPosted(OAuth2AuthorizationRequest posted, String path) {
		return isPosted(this.logins, posted.getState(), TestRequests.https(path, this.browser.cookies()),
				PostedCallbackTests::noStore);
	}

	private static Optional<byte[]> noStore(StateKey key) {
		return Optional.empty();
	}

	private static boolean isPosted(PendingLogins logins, String state, BrowserRequest browser,
			Function<StateKey, Optional<byte[]>> store) {
		return logins.mayBePostedCallback(browser)
				&& logins.callback(state, browser).filter((found) -> logins.isPostedCallback(found, store)).isPresent();
	}

}
