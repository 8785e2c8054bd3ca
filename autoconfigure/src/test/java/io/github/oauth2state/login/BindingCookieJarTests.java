package io.github.oauth2state.login;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.web.BrowserRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BindingCookieJar}: how it sets cookies, and which it reads.
 */
class BindingCookieJarTests extends BindingCookieFixture {

	@Test
	void nameIsOneForEachNamespaceAndState() {
		Set<String> names = new HashSet<>();
		for (String namespace : List.of("shop", "bank")) {
			for (int i = 0; i < 500; i++) {
				ResponseCookie issued = cookies(namespace, null).issue(HTTP, "state-" + i, pending(NOW));
				assertThat(issued.getName()).matches("oauth2-state-[A-Za-z0-9_-]{11}");
				assertThat(names.add(issued.getName())).isTrue();
			}
		}
	}

	@Test
	void nameDoesNotDependOnTheInstance() {
		assertThat(cookies("shop", null).issue(HTTP, "state", pending(NOW)).getName())
			.isEqualTo(cookies("shop", null).issue(HTTP, "state", pending(NOW.plusSeconds(1))).getName());
	}

	@Test
	void nameAndValueDoNotDiscloseTheState() {
		ResponseCookie issued = this.cookies.issue(HTTPS, "planted-state", pending(NOW));
		assertThat(issued.toString()).doesNotContain("planted");
	}

	@Test
	void cookieOfASecureRequestHasTheHostPrefixAndWhatThatAsksFor() {
		ResponseCookie issued = this.cookies.issue(HTTPS, "state", pending(NOW));
		assertThat(issued.getName()).startsWith("__Host-oauth2-state-");
		assertThat(issued.isSecure()).isTrue();
		assertThat(issued.getPath()).isEqualTo("/");
		assertThat(issued.getDomain()).isNull();
		assertThat(issued.toString()).doesNotContainIgnoringCase("domain");
	}

	@Test
	void cookieOfAPlainRequestHasNeitherPrefixNorSecure() {
		ResponseCookie issued = this.cookies.issue(HTTP, "state", pending(NOW));
		assertThat(issued.getName()).startsWith("oauth2-state-");
		assertThat(issued.isSecure()).isFalse();
		assertThat(issued.getPath()).isEqualTo("/");
		assertThat(issued.getDomain()).isNull();
	}

	@Test
	void cookieIsHiddenFromScriptsAndFromCrossSiteRequestsThatAreNoNavigation() {
		for (BrowserRequest browser : List.of(HTTP, HTTPS)) {
			ResponseCookie issued = this.cookies.issue(browser, "state", pending(NOW));
			assertThat(issued.isHttpOnly()).isTrue();
			assertThat(issued.getSameSite()).isEqualTo("Lax");
		}
	}

	@Test
	void cookieOfAPostedCallbackGoesWithCrossSitePosts() {
		BindingCookie posted = new BindingCookie(true, secret(), NOW, "keycloak", "/begin", "/callback", null, null);
		ResponseCookie issued = this.cookies.issue(HTTPS, "state", posted);
		assertThat(issued.getSameSite()).isEqualTo("None");
		assertThat(issued.isSecure()).isTrue();
		assertThat(this.cookies.issue(HTTPS, "state", posted.used(KEY)).getSameSite()).isEqualTo("None");
	}

	@Test
	void pendingCookieOutlivesTheRecordByAnHour() {
		assertThat(this.cookies.issue(HTTPS, "state", pending(NOW)).getMaxAge()).isEqualTo(TTL.plusHours(1));
	}

	@Test
	void usedMarkStaysForFiveMinutes() {
		assertThat(this.cookies.issueUsedMark(HTTPS, "state", pending(NOW).used(KEY)).getMaxAge())
			.isEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void usedMarkReplacesThePendingCookie() {
		ResponseCookie pending = this.cookies.issue(HTTPS, "state", pending(NOW));
		ResponseCookie used = this.cookies.issueUsedMark(HTTPS, "state", pending(NOW).used(KEY));
		assertThat(used.getName()).isEqualTo(pending.getName());
		assertThat(used.getValue()).doesNotContain(secret());
	}

	@Test
	void settingSecureOverridesWhatTheRequestSays() {
		BindingCookieJar always = cookies("shop", true);
		BindingCookieJar never = cookies("shop", false);
		assertThat(always.isSecure(HTTP)).isTrue();
		assertThat(always.issue(HTTP, "state", pending(NOW)).isSecure()).isTrue();
		assertThat(always.issue(HTTP, "state", pending(NOW)).getName()).startsWith("__Host-");
		assertThat(never.isSecure(HTTPS)).isFalse();
		assertThat(never.issue(HTTPS, "state", pending(NOW)).isSecure()).isFalse();
		assertThat(never.issue(HTTPS, "state", pending(NOW)).getName()).startsWith("oauth2-state-");
	}

	@Test
	void issuedCookieIsFound() {
		BindingCookie cookie = pending(NOW);
		Map<String, String> sent = sentBack(this.cookies.issue(HTTPS, "state", cookie));
		assertThat(this.cookies.find(TestRequests.https("/callback", sent), "state")).hasValue(cookie);
	}

	@Test
	void cookieOfAnotherStateOrNamespaceIsNotFound() {
		Map<String, String> sent = sentBack(this.cookies.issue(HTTPS, "state", pending(NOW)));
		assertThat(this.cookies.find(TestRequests.https("/callback", sent), "other")).isEmpty();
		assertThat(cookies("bank", null).find(TestRequests.https("/callback", sent), "state")).isEmpty();
	}

	@Test
	void onlyTheHostPrefixedNameIsReadOnASecureRequest() {
		BindingCookie mine = pending(NOW);
		BindingCookie planted = new BindingCookie(true, "P".repeat(43), NOW, "keycloak", "/planted", null, null, null);
		Map<String, String> twin = sentBack(this.cookies.issue(HTTP, "state", planted));
		assertThat(this.cookies.find(TestRequests.https("/callback", twin), "state")).isEmpty();

		Map<String, String> both = new LinkedHashMap<>(twin);
		both.putAll(sentBack(this.cookies.issue(HTTPS, "state", mine)));
		assertThat(this.cookies.find(TestRequests.https("/callback", both), "state")).hasValue(mine);
	}

	@Test
	void loginThatBeganOverHttpsIsFoundThoughTheCallbackSeemsToBePlain() {
		BindingCookie cookie = pending(NOW);
		ResponseCookie issued = this.cookies.issue(HTTPS, "state", cookie);
		BrowserRequest plain = new BrowserRequest(false, "/callback", false, sentBack(issued));
		assertThat(this.cookies.find(plain, "state")).hasValue(cookie);
		ResponseCookie used = this.cookies.issueUsedMark(plain, "state", cookie.used(KEY));
		assertThat(used.getName()).isEqualTo(issued.getName());
		assertThat(used.isSecure()).isTrue();
	}

	@Test
	void hostPrefixedNameIsNotReadWhereCookiesAreNotSecureBySetting() {
		Map<String, String> sent = sentBack(this.cookies.issue(HTTPS, "state", pending(NOW)));
		assertThat(cookies("shop", false).find(new BrowserRequest(false, "/callback", false, sent), "state")).isEmpty();
	}

	@Test
	void unreadableCookieIsNone() {
		Map<String, String> sent = sentBack(this.cookies.issue(HTTPS, "state", pending(NOW)));
		sent.replaceAll((name, value) -> value + "=");
		assertThat(this.cookies.find(TestRequests.https("/callback", sent), "state")).isEmpty();
	}

}
