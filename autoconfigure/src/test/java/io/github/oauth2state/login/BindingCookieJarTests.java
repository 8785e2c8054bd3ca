package io.github.oauth2state.login;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BindingCookieJar}.
 */
class BindingCookieJarTests {

	private static final StateKey KEY = StateKey.of("shop", "login");

	private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

	private static final Duration TTL = Duration.ofMinutes(10);

	private static final BrowserRequest HTTPS = TestRequests.https("/begin");

	private static final BrowserRequest HTTP = TestRequests.http("/begin");

	private static final ResponseCookie NEW = ResponseCookie.from("__Host-oauth2-state-AAAAAAAAAAA", "v".repeat(119))
		.build();

	private final BindingCookieJar cookies = cookies("shop", null);

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

	@Test
	void eighthPendingLoginEvictsNothing() {
		Map<String, String> held = held(7);
		assertThat(this.cookies.makeRoom(TestRequests.https("/begin", held), NOW, NEW))
			.hasValue(new BindingCookieJar.Eviction(List.of(NEW), 0));
	}

	@Test
	void ninthPendingLoginEvictsTheOldest() {
		Map<String, String> held = held(8);
		assertEvicts(held, name(0), 1);
	}

	@Test
	void loginsThatBeganOverHttpsCountThoughTheRequestSeemsToBePlain() {
		BindingCookieJar.Eviction eviction = this.cookies
			.makeRoom(new BrowserRequest(false, "/begin", false, held(8)), NOW, NEW)
			.orElseThrow();
		assertThat(eviction.cookies()).extracting(ResponseCookie::getName).containsExactly(name(0), NEW.getName());
		assertThat(eviction.cookies().get(0).isSecure()).isTrue();
	}

	@Test
	void evictedCookieIsClearedInTheWayItWasSet() {
		for (BrowserRequest begin : List.of(HTTP, HTTPS)) {
			Map<String, String> held = new LinkedHashMap<>();
			for (int i = 0; i < 8; i++) {
				held.putAll(sentBack(this.cookies.issue(begin, "state-" + i, pending(NOW.minusSeconds(8 - i)))));
			}
			BrowserRequest browser = new BrowserRequest(begin.secure(), "/begin", false, held);
			ResponseCookie issued = this.cookies.issue(begin, "state-0", pending(NOW));
			ResponseCookie cleared = this.cookies.makeRoom(browser, NOW, NEW).orElseThrow().cookies().get(0);
			assertThat(cleared.getName()).isEqualTo(issued.getName());
			assertThat(cleared.getValue()).isEmpty();
			assertThat(cleared.getMaxAge()).isZero();
			assertThat(cleared.getPath()).isEqualTo(issued.getPath());
			assertThat(cleared.isSecure()).isEqualTo(issued.isSecure());
			assertThat(cleared.getDomain()).isNull();
		}
	}

	@Test
	void usedMarkGoesBeforeAnyPendingLogin() {
		Map<String, String> held = held(7);
		held.put(name(100), pending(NOW.plusSeconds(100)).used(KEY).format());
		assertEvicts(held, name(100), 0);
	}

	@Test
	void expiredCookieGoesBeforeAnyPendingLogin() {
		Map<String, String> held = held(7);
		held.put(name(100), pending(NOW.minus(TTL)).format());
		assertEvicts(held, name(100), 0);
	}

	@Test
	void unreadableCookieGoesBeforeAnyPendingLogin() {
		Map<String, String> held = held(7);
		held.put(name(100), "what is this");
		assertEvicts(held, name(100), 0);
	}

	@Test
	void loginWithinItsTimeIsNoExpiredOne() {
		Map<String, String> held = held(7);
		String oldest = name(100);
		held.put(oldest, pending(NOW.minus(TTL).plusSeconds(1)).format());
		assertEvicts(held, oldest, 1);
	}

	@Test
	void cookiesOfAnotherInstancesFastClockCountAsPending() {
		Map<String, String> held = new LinkedHashMap<>();
		for (int i = 0; i < 8; i++) {
			held.put(name(i), pending(NOW.plus(Duration.ofHours(1)).plusSeconds(i)).format());
		}
		assertEvicts(held, name(0), 1);
	}

	@Test
	void cookiesOfOthersAreNotCountedAndStay() {
		Map<String, String> held = held(7);
		for (int i = 0; i < 50; i++) {
			held.put("__Host-oauth2-state-" + i, "too short a hash");
			held.put("__Host-oauth2-state-other-" + i + "-AAAAAAAAAAA", pending(NOW).format());
			held.put("oauth2-state-AAAAAAAAA" + (10 + i), pending(NOW).format());
			held.put("JSESSIONID" + i, "x");
		}
		held.put("__Host-oauth2-state-retry", "1");
		assertThat(this.cookies.makeRoom(TestRequests.https("/begin", held), NOW, NEW))
			.hasValue(new BindingCookieJar.Eviction(List.of(NEW), 0));
	}

	@Test
	void settingSaysHowManyLoginsMayBePending() {
		BindingCookieJar one = new BindingCookieJar(new LoginSettings("shop", TTL, 1, true, true,
				LoginSettings.Sessions.AUTO, true, new CookieSettings("oauth2-state", null, false, null)));
		assertThat(one.makeRoom(HTTPS, NOW, NEW).orElseThrow().pending()).isZero();
		assertThat(one.makeRoom(TestRequests.https("/begin", held(1)), NOW, NEW).orElseThrow().pending()).isEqualTo(1);
	}

	@Test
	void browserWithTooManyFallsBackToAsManyAsAllowed() {
		Map<String, String> held = held(12);
		BindingCookieJar.Eviction eviction = this.cookies.makeRoom(TestRequests.https("/begin", held), NOW, NEW)
			.orElseThrow();
		assertThat(eviction.cookies()).extracting(ResponseCookie::getName)
			.containsExactly(name(0), name(1), name(2), name(3), name(4), NEW.getName());
		assertThat(eviction.pending()).isEqualTo(5);
	}

	@Test
	void twoHundredCookiesClearSixteenAtOnce() {
		Map<String, String> held = held(100);
		for (int i = 100; i < 200; i++) {
			held.put(name(i), "x".repeat(i));
		}
		BindingCookieJar.Eviction eviction = this.cookies.makeRoom(TestRequests.https("/begin", held), NOW, NEW)
			.orElseThrow();
		assertThat(eviction.cookies()).hasSize(16 + 1);
		assertThat(eviction.pending()).isZero();
	}

	@Test
	void otherSiteMayBeginALoginWhileThereIsRoom() {
		assertThat(this.cookies.makeRoom(crossSite(held(7)), NOW, NEW))
			.hasValue(new BindingCookieJar.Eviction(List.of(NEW), 0));
	}

	@Test
	void otherSiteCannotEvictAPendingLogin() {
		assertThat(this.cookies.makeRoom(crossSite(held(8)), NOW, NEW)).isEmpty();
		assertThat(this.cookies.makeRoom(crossSite(held(200)), NOW, NEW)).isEmpty();
	}

	@Test
	void otherSiteEvictsWhatIsOfNoUseAnyMore() {
		Map<String, String> held = held(7);
		held.put(name(100), pending(NOW).used(KEY).format());
		BindingCookieJar.Eviction eviction = this.cookies.makeRoom(crossSite(held), NOW, NEW).orElseThrow();
		assertThat(eviction.cookies()).extracting(ResponseCookie::getName).containsExactly(name(100), NEW.getName());
		assertThat(eviction.pending()).isZero();
	}

	@Test
	void otherSiteEvictsNothingWhereThatWouldNotMakeRoom() {
		Map<String, String> held = held(8);
		held.put(name(100), pending(NOW).used(KEY).format());
		assertThat(this.cookies.makeRoom(crossSite(held), NOW, NEW)).isEmpty();
	}

	@Test
	void otherSiteBeginsNothingThatNeedsMoreRoomThanOneAnswerCanMake() {
		Map<String, String> held = new LinkedHashMap<>();
		for (int i = 0; i < 40; i++) {
			held.put(name(i), pending(NOW).used(KEY).format());
		}
		ResponseCookie large = ResponseCookie.from(NEW.getName(), "v".repeat(3000)).build();
		assertThat(this.cookies.makeRoom(crossSite(held), NOW, large)).isEmpty();
		assertThat(this.cookies.makeRoom(crossSite(held), NOW, NEW).orElseThrow().cookies()).hasSize(16 + 1);
	}

	@Test
	void userBeginsWhateverTheBrowserHasAndTheNextStartsMakeTheRestOfTheRoom() {
		Map<String, String> held = held(100);
		for (int i = 0; i < 7; i++) {
			BindingCookieJar.Eviction eviction = this.cookies.makeRoom(TestRequests.https("/begin", held), NOW, NEW)
				.orElseThrow();
			eviction.cookies().forEach((cookie) -> held.remove(cookie.getName()));
		}
		assertThat(held).hasSizeLessThan(8);
	}

	private void assertEvicts(Map<String, String> held, String name, int pending) {
		assertThat(held).hasSize(8);
		Optional<BindingCookieJar.Eviction> eviction = this.cookies.makeRoom(TestRequests.https("/begin", held), NOW,
				NEW);
		assertThat(eviction.orElseThrow().cookies()).extracting(ResponseCookie::getName)
			.containsExactly(name, NEW.getName());
		assertThat(eviction.orElseThrow().pending()).isEqualTo(pending);
	}

	/**
	 * Pending logins, the first of them the oldest but not the first to be sent.
	 */
	private Map<String, String> held(int count) {
		Map<String, String> held = new LinkedHashMap<>();
		for (int i = count - 1; i >= 0; i--) {
			held.put(name(i), pending(NOW.minusSeconds(count - i)).format());
		}
		return held;
	}

	private String name(int state) {
		return this.cookies.issue(HTTPS, "state-" + state, pending(NOW)).getName();
	}

	private static BrowserRequest crossSite(Map<String, String> held) {
		return new BrowserRequest(true, "/begin", true, held);
	}

	private static Map<String, String> sentBack(ResponseCookie cookie) {
		Map<String, String> sent = new LinkedHashMap<>();
		sent.put(cookie.getName(), cookie.getValue());
		return sent;
	}

	private static BindingCookie pending(Instant issued) {
		return new BindingCookie(true, secret(), issued, "keycloak", "/begin", null, null, null);
	}

	private static String secret() {
		return "S".repeat(43);
	}

	private static BindingCookieJar cookies(String namespace, @Nullable Boolean secure) {
		return new BindingCookieJar(new LoginSettings(namespace, TTL, 8, true, true, LoginSettings.Sessions.AUTO, true,
				new CookieSettings("oauth2-state", secure, false, null)));
	}

}
