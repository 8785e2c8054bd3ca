package io.github.oauth2state.login;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link BindingCookieJar}: how it makes room for one more login, and for whom.
 */
class BindingCookieEvictionTests extends BindingCookieFixture {

	private static final ResponseCookie NEW = ResponseCookie.from("__Host-oauth2-state-AAAAAAAAAAA", "v".repeat(119))
		.build();

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
				LoginSettings.Sessions.AUTO, true, new CookieSettings("oauth2-state", null, false, null, true)));
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

}
