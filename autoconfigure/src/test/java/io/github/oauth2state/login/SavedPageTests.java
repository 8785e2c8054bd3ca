package io.github.oauth2state.login;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.web.BrowserRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuxiliaryCookies}: the page that was saved, and for what becomes of it
 * with a login.
 */
class SavedPageTests extends PendingLoginsFixture {

	private static final String PAGE = "/page?a=b";

	@Test
	void isForgottenWithTheCallbackOfItsLogin() {
		StartedLogin begun = this.logins.start(LoginPath.SHARED, this.request, this.browser.begin(), null, PAGE)
			.orElseThrow();
		this.browser.take(begun.cookies());
		this.browser.take(List.of(saved(PAGE)));
		this.browser.take(answer(this.request, begun));
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("saved"));
	}

	@Test
	void pageOfAnotherTabStays() {
		StartedLogin begun = this.logins.start(LoginPath.SHARED, this.request, this.browser.begin(), null, PAGE)
			.orElseThrow();
		this.browser.take(begun.cookies());
		this.browser.take(List.of(saved("/other")));
		this.browser.take(answer(this.request, begun));
		assertThat(this.browser.cookies().keySet()).anyMatch((name) -> name.contains("saved"));
	}

	/**
	 * Browsers do not send it with a form of another site.
	 */
	@Test
	void isForgottenWithACallbackThatIsPosted() {
		OAuth2AuthorizationRequest posted = TestRequests.posted();
		StartedLogin begun = this.logins.start(LoginPath.SHARED, posted, this.browser.begin(), null, PAGE)
			.orElseThrow();
		this.browser.take(begun.cookies());
		assertThat(answer(posted, begun))
			.anyMatch((cookie) -> cookie.getName().equals(saved(PAGE).getName()) && cookie.getMaxAge().isZero());
	}

	@Test
	void pageThatWasSavedOverHttpsIsFoundAndForgottenThoughRequestsSeemToBePlain() {
		this.browser.take(List.of(saved(PAGE)));
		BrowserRequest plain = this.browser.request("/login", false);
		assertThat(this.logins.cookies().savedPage(plain)).isEqualTo(PAGE);
		this.browser.take(this.logins.cookies().logout(plain, false));
		assertThat(this.browser.cookies()).isEmpty();
	}

	private List<ResponseCookie> answer(OAuth2AuthorizationRequest request, StartedLogin begun) {
		LoginCallback callback = this.logins.callback(request.getState(), this.browser.callback()).orElseThrow();
		callback.read(Optional.of(begun.value()));
		return callback.cookiesWhenTaken();
	}

	private ResponseCookie saved(String page) {
		return this.logins.cookies().savePage(TestRequests.https(page, Map.of())).orElseThrow();
	}

}
