package io.github.oauth2state.login;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SavedRequestCookie}, and for what becomes of it with a login.
 */
class SavedRequestCookieTests extends PendingLoginsFixture {

	private static final String PAGE = "/page?a=b";

	@Test
	void isForgottenWithTheCallbackOfItsLogin() {
		BegunLogin begun = this.logins.begin(this.request, this.browser.begin(), null, PAGE).orElseThrow();
		this.browser.take(begun.cookies());
		this.browser.take(List.of(saved(PAGE)));
		this.browser.take(answer(this.request, begun));
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("saved"));
	}

	@Test
	void pageOfAnotherTabStays() {
		BegunLogin begun = this.logins.begin(this.request, this.browser.begin(), null, PAGE).orElseThrow();
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
		BegunLogin begun = this.logins.begin(posted, this.browser.begin(), null, PAGE).orElseThrow();
		this.browser.take(begun.cookies());
		assertThat(answer(posted, begun))
			.anyMatch((cookie) -> cookie.getName().equals(saved(PAGE).getName()) && cookie.getMaxAge().isZero());
	}

	private List<ResponseCookie> answer(OAuth2AuthorizationRequest request, BegunLogin begun) {
		LoginCallback callback = this.logins.callback(request.getState(), this.browser.callback()).orElseThrow();
		callback.read(Optional.of(begun.value()));
		return callback.cookiesWhenTaken();
	}

	private ResponseCookie saved(String page) {
		return this.logins.savedRequest().save(TestRequests.https(page, Map.of())).orElseThrow();
	}

}
