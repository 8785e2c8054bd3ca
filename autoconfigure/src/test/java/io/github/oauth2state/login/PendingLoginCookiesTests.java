package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
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
 * Tests for {@link PendingLogins}: the cookies that logins leave in a browser.
 */
class PendingLoginCookiesTests extends PendingLoginsFixture {

	@Test
	void takenLoginLeavesAMarkWithoutItsSecret() {
		begin(this.request);
		String secret = this.browser.onlyCookie().secret();
		List<ResponseCookie> cookies = callback(this.request.getState()).cookiesWhenTaken();
		assertThat(cookies).hasSize(1).noneMatch((cookie) -> cookie.getValue().contains(secret));
		this.browser.take(cookies);
		assertThat(this.browser.onlyCookie().pending()).isFalse();
	}

	@Test
	void restartsAreCountedUntilALoginIsTaken() {
		begin(this.request);
		for (int i = 0; i < 3; i++) {
			Optional<ResponseCookie> counted = callback(this.request.getState()).countRestart();
			this.browser.take(List.of(counted.orElseThrow()));
		}
		assertThat(callback(this.request.getState()).countRestart()).isEmpty();

		this.browser.take(callback(this.request.getState()).cookiesWhenTaken());
		assertThat(callback(this.request.getState()).countRestart()).isPresent();
	}

	@Test
	void ninthLoginEvictsTheOldest() {
		List<OAuth2AuthorizationRequest> requests = new ArrayList<>();
		StartedLogin last = null;
		for (int i = 0; i < 9; i++) {
			requests.add(TestRequests.oidc());
			last = begin(requests.get(i));
			this.clock.advance(Duration.ofSeconds(1));
		}
		assertThat(last).isNotNull();
		assertThat(last.evicted()).isEqualTo(1);
		assertThat(last.cookies()).hasSize(2);
		assertThat(this.browser.cookies()).hasSize(8);
		assertThat(this.logins.callback(requests.get(0).getState(), this.browser.callback())).isEmpty();
		for (OAuth2AuthorizationRequest kept : requests.subList(1, 9)) {
			assertThat(this.logins.callback(kept.getState(), this.browser.callback())).isPresent();
		}
	}

	@Test
	void loginThatAnotherSiteBeginsIsNotKeptWhereItWouldEvictOne() {
		for (int i = 0; i < 8; i++) {
			begin(TestRequests.oidc());
		}
		BrowserRequest crossSite = new BrowserRequest(true, TestRequests.BEGIN_PATH, true, this.browser.cookies());
		assertThat(this.logins.start(LoginPath.SHARED, TestRequests.oidc(), crossSite, null, null)).isEmpty();
	}

	@Test
	void requestsThatAreSentAtOnceDoNotFillTheBrowserWithCookies() {
		BrowserRequest begin = this.browser.begin();
		BrowserRequest withoutCookies = new BrowserRequest(true, begin.path(), false, Map.of());
		long received = System.nanoTime();
		for (int i = 0; i < 60; i++) {
			List<ResponseCookie> issued = this.logins
				.start(LoginPath.SHARED, TestRequests.oidc(), withoutCookies, null, null)
				.orElseThrow()
				.cookies();
			this.browser.take(this.logins.clearUnseen(withoutCookies, 7, received, issued));
			this.browser.take(issued);
			assertThat(this.browser.cookies()).hasSizeLessThanOrEqualTo(8);
		}
		assertThat(this.browser.cookies()).hasSize(8);
	}

	/**
	 * Cookies of other requests are not shown by a form that another site posts.
	 */
	@Test
	void requestsThatAnotherSiteSendsAtOnceDoNotEvictALoginOfTheUser() {
		begin(this.request);
		long received = System.nanoTime();
		BrowserRequest own = new BrowserRequest(true, TestRequests.BEGIN_PATH, false, Map.of());
		BrowserRequest crossSite = new BrowserRequest(true, TestRequests.BEGIN_PATH, true, Map.of());
		String kept = "";
		for (int i = 0; i < 40; i++) {
			BrowserRequest request = (i == 0) ? own : crossSite;
			List<ResponseCookie> issued = this.logins.start(LoginPath.SHARED, TestRequests.oidc(), request, null, null)
				.orElseThrow()
				.cookies();
			kept = (i == 0) ? issued.get(0).getName() : kept;
			this.browser.take(this.logins.clearUnseen(request, 7, received, issued));
			this.browser.take(issued);
		}
		assertThat(this.browser.cookies()).containsKey(kept).hasSizeLessThanOrEqualTo(10);
	}

	@Test
	void loginsOfOtherAppsOnTheHostAreNotEvicted() {
		begin(this.request);
		PendingLogins neighbour = logins("bank");
		for (int i = 0; i < 10; i++) {
			this.browser.take(neighbour.start(LoginPath.SHARED, TestRequests.oidc(), this.browser.begin(), null, null)
				.orElseThrow()
				.cookies());
		}
		assertThat(this.browser.cookies()).hasSize(1 + 8);
		assertThat(callback(this.request.getState()).isPending()).isTrue();
	}

	@Test
	void restartsOfOtherAppsOnTheHostAreNotCounted() {
		begin(this.request);
		LoginCallback callback = callback(this.request.getState());
		for (int i = 0; i < 3; i++) {
			this.browser.take(List.of(callback(this.request.getState()).countRestart().orElseThrow()));
		}
		assertThat(callback(this.request.getState()).countRestart()).isEmpty();
		PendingLogins neighbour = logins("bank");
		OAuth2AuthorizationRequest other = TestRequests.oidc();
		this.browser
			.take(neighbour.start(LoginPath.SHARED, other, this.browser.begin(), null, null).orElseThrow().cookies());
		assertThat(neighbour.callback(other.getState(), this.browser.callback()).orElseThrow().countRestart())
			.isPresent();
		assertThat(callback.correlationId()).isNotEmpty();
	}

	@Test
	void longPathsDoNotFillTheBrowserWithCookies() {
		String path = TestRequests.BEGIN_PATH + "?" + "q".repeat(400);
		for (int i = 0; i < 20; i++) {
			BrowserRequest begin = TestRequests.https(path, this.browser.cookies());
			this.browser.take(this.logins.start(LoginPath.SHARED, TestRequests.oidc(), begin, null, null)
				.orElseThrow()
				.cookies());
			assertThat(this.browser.cookies()
				.entrySet()
				.stream()
				.mapToInt((cookie) -> cookie.getKey().length() + cookie.getValue().length())
				.sum()).isLessThanOrEqualTo(4096);
		}
	}

	@Test
	void queryOfTheBeginIsNotReadableInTheCookieAndComesBack() {
		String path = TestRequests.BEGIN_PATH + "?_csrf=sensitive-value&tenant=acme";
		BrowserRequest begin = TestRequests.https(path, Map.of());
		this.browser.take(this.logins.start(LoginPath.SHARED, this.request, begin, null, null).orElseThrow().cookies());
		for (String field : this.browser.cookies().values().iterator().next().split("\\.", -1)) {
			assertThat(field).doesNotContain("sensitive");
			assertThat(new String(Base64.getUrlDecoder().decode((field.length() % 4 != 1) ? field : ""),
					StandardCharsets.ISO_8859_1))
				.doesNotContain("sensitive");
		}
		assertThat(callback(this.request.getState()).restartPath()).isEqualTo(path);
	}

}
