package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users and attackers can do to a login, on two instances that share a store.
 */
class LoginScenarioTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private final Cluster cluster = Cluster.shared();

	private final CountingStore store = this.cluster.store;

	private final IdentityProvider idp = this.cluster.idp;

	private final Instance a = this.cluster.a;

	private final Instance b = this.cluster.b;

	private final Browser browser = Browser.overHttp();

	@BeforeEach
	void forget() {
		this.cluster.forget();
	}

	@Test
	void loginBegunOnOneInstanceFinishesOnAnother() {
		String callback = this.browser.begin(this.a, BEGIN);
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.status()).isEqualTo(302);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
		assertThat(this.idp.takeTokenCalls()).isOne();
		assertThat(this.store.takeOperations()).containsExactly("put", "take");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
	}

	@Test
	void beginningCreatesNoSession() {
		Browser.Page page = this.browser.open(this.a, BEGIN);
		assertThat(page.setsCookie("JSESSIONID")).isFalse();
		assertThat(this.a.takeSessionsCreated()).isZero();
	}

	@Test
	void twoTabsCompleteInEitherOrder() {
		for (boolean firstFirst : new boolean[] { true, false }) {
			Browser tabs = Browser.overHttp();
			String first = tabs.begin(this.a, BEGIN);
			String second = tabs.begin(this.b, BEGIN);
			tabs.open(this.b, firstFirst ? first : second);
			tabs.open(this.b, firstFirst ? second : first);
			assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED, LoginOutcome.COMPLETED);
			assertThat(this.idp.takeTokenCalls()).isEqualTo(2);
			assertThat(tabs.isSignedIn(this.b)).isTrue();
		}
	}

	@Test
	void callbackInAnotherBrowserIsRefusedAndCannotBurnTheLogin() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.takeOperations();
		Browser other = Browser.overHttp();
		Browser.Page refused = other.open(this.b, callback);
		assertThat(refused.location()).contains("/login?error");
		assertThat(other.isSignedIn(this.b)).isFalse();
		assertThat(this.idp.takeTokenCalls()).isZero();
		assertThat(this.store.takeOperations()).isEmpty();
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
		this.browser.open(this.b, callback);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
	}

	@Test
	void replayWhileSignedInLeadsOn() {
		this.browser.open(this.a, "/page?x=1");
		String callback = this.browser.begin(this.a, BEGIN);
		this.browser.open(this.a, callback);
		String session = this.browser.cookies().get("JSESSIONID");
		Browser.Page replay = this.browser.open(this.a, callback);
		assertThat(replay.location()).isEqualTo("http://app.example/page?x=1&continue");
		assertThat(this.browser.cookies()).containsEntry("JSESSIONID", session);
		assertThat(this.a.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED, LoginOutcome.ALREADY_USED);
		assertThat(this.idp.takeTokenCalls()).isOne();
		assertThat(this.browser.isSignedIn(this.a)).isTrue();
	}

	@Test
	void replayAfterLogoutBeginsAnew() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.browser.open(this.b, callback);
		this.browser.cookies().remove("JSESSIONID");
		this.b.takeSessionsCreated();
		Browser.Page replay = this.browser.open(this.b, callback);
		assertThat(replay.location()).isEqualTo("http://app.example" + BEGIN);
		assertThat(this.b.takeSessionsCreated()).isZero();
		assertThat(this.browser.follow(this.b, replay.location()).body()).isEqualTo("page of alice");
	}

	@Test
	void expiredCallbackBeginsAnewWithoutSession() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.expireAll();
		String name = bindingCookie(this.browser);
		this.browser.cookies().put(name, aged(this.browser.cookies().get(name)));
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.location()).isEqualTo("http://app.example" + BEGIN);
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.EXPIRED);
		assertThat(this.b.takeSessionsCreated()).isZero();
		assertThat(this.browser.follow(this.b, page.location()).body()).isEqualTo("page of alice");
		assertThat(this.browser.cookies()).doesNotContainKey("oauth2-state-retry");
	}

	@Test
	void restartsEndAfterThreeInAMinuteWithoutSession() {
		for (int i = 0; i < 3; i++) {
			String callback = this.browser.begin(this.a, BEGIN);
			this.store.clear();
			assertThat(this.browser.open(this.b, callback).location()).isEqualTo("http://app.example" + BEGIN);
		}
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.clear();
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.status()).isEqualTo(400);
		assertThat(page.body()).contains("href=\"" + BEGIN + "\"");
		assertThat(page.setsCookie("JSESSIONID")).isFalse();
		assertThat(this.b.takeSessionsCreated()).isZero();
	}

	@Test
	void tamperedRecordBeginsAnew() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.tamper((value) -> {
			value[value.length - 1] ^= 1;
			return value;
		});
		assertThat(this.browser.open(this.b, callback).location()).isEqualTo("http://app.example" + BEGIN);
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.UNREADABLE);
		assertThat(this.idp.takeTokenCalls()).isZero();
	}

	@Test
	void swappedRecordsBeginAnew() {
		String first = this.browser.begin(this.a, BEGIN);
		this.browser.begin(this.a, BEGIN);
		this.store.swapValues();
		assertThat(this.browser.open(this.b, first).location()).isEqualTo("http://app.example" + BEGIN);
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.UNREADABLE);
	}

	@Test
	void callbackWhileTheStoreIsDownIsRedirectedAndCanBeTriedAgain() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.setFailing(true);
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.location()).contains("/login?error");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR);
		this.store.setFailing(false);
		this.browser.open(this.b, callback);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
	}

	@Test
	void beginWhileTheStoreIsDownFailsAndLeavesNoCookie() {
		this.store.setFailing(true);
		Browser.Page page = this.browser.open(this.a, BEGIN);
		assertThat(page.location()).doesNotContain("/oauth2/authorize");
		assertThat(page.setCookies()).noneMatch((cookie) -> cookie.contains("oauth2-state-"));
		assertThat(this.a.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR);
	}

	@Test
	void providerErrorReachesTheFailureHandlerAndItsReplayDoesNotBeginAnew() {
		String callback = this.browser.begin(this.a, BEGIN).replaceFirst("code=[^&]*", "error=access_denied");
		assertThat(this.browser.open(this.b, callback).location()).contains("/login?error");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.PROVIDER_ERROR);
		assertThat(this.browser.open(this.b, callback).location()).contains("/login?error");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertThat(this.idp.takeTokenCalls()).isZero();
	}

	@Test
	void codeThatTheProviderRefusesIsAFailure() {
		String callback = this.browser.begin(this.a, BEGIN).replaceFirst("code=[^&]*", "code=wrong");
		assertThat(this.browser.open(this.b, callback).location()).contains("/login?error");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.FAILED);
	}

	@Test
	void stateOfOneRegistrationAtTheCallbackOfAnotherIsRefusedAndNotBurnt() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.takeOperations();
		Browser.Page page = this.browser.open(this.b, callback.replace("/code/idp", "/code/other"));
		assertThat(page.location()).contains("/login?error");
		assertThat(this.idp.takeTokenCalls()).isZero();
		assertThat(this.store.takeOperations()).isEmpty();
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.FAILED);
		this.browser.open(this.b, callback);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
	}

	@Test
	void urlsWithCodeAndStateButWithoutMarkCostNoStoreCall() {
		this.browser.begin(this.a, BEGIN);
		this.store.takeOperations();
		for (String path : List.of("/page", "/login/oauth2/code/idp", "/login/oauth2/code/nobody", "/")) {
			this.browser.open(this.b, path + "?code=1&state=made-up");
			this.browser.open(this.b, path + "?error=denied&state=made-up");
		}
		assertThat(this.store.takeOperations()).isEmpty();
		assertThat(this.idp.takeTokenCalls()).isZero();
	}

	@Test
	void hostileStatesAreRefused() {
		String callback = this.browser.begin(this.a, BEGIN);
		String state = state(callback);
		this.store.takeOperations();
		for (String hostile : List.of("", "state=", "state=" + state + "&state=" + state, "state=" + "x".repeat(3000),
				"state=%00", "state=%0d%0a", "state=%c0%af", "state=%2525", "state=*", "state=%7b%7d",
				"state=%27%22")) {
			Browser.Page page = this.browser.copy().open(this.b, "/login/oauth2/code/idp?code=1&" + hostile);
			assertThat(page.status()).as(hostile).isLessThan(500);
		}
		assertThat(this.store.takeOperations()).isEmpty();
		this.browser.open(this.b, callback);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
	}

	@Test
	void stateInQueryAndBodyAtOnceIsRefused() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.takeOperations();
		Browser.Page page = this.browser.post(this.b, callback, "state=" + state(callback));
		assertThat(page.status()).isLessThan(500);
		assertThat(this.store.takeOperations()).isEmpty();
		assertThat(this.idp.takeTokenCalls()).isZero();
	}

	@Test
	void ninthPendingLoginEvictsTheOldest() {
		String first = this.browser.begin(this.a, BEGIN);
		String firstCookie = bindingCookie(this.browser);
		this.browser.cookies().put(firstCookie, shifted(this.browser.cookies().get(firstCookie), -60));
		String second = null;
		for (int i = 0; i < 8; i++) {
			second = this.browser.begin(this.a, BEGIN);
		}
		assertThat(this.a.takeOutcomes()).containsExactly(LoginOutcome.EVICTED);
		assertThat(this.browser.cookies()).hasSize(8).doesNotContainKey(firstCookie);
		assertThat(this.browser.open(this.b, first).location()).contains("/login?error");
		this.browser.open(this.b, second);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
	}

	@Test
	void anotherSiteCannotEvictPendingLogins() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.browser.header("Sec-Fetch-Site", "cross-site");
		for (int i = 0; i < 20; i++) {
			this.browser.open(this.a, BEGIN);
		}
		assertThat(this.browser.cookies()).hasSize(8);
		this.browser.open(this.b, callback);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
	}

	@Test
	void overHttpsOnlyThePrefixedCookieIsReadAndIsWellProtected() {
		Browser secure = Browser.overHttps();
		String callback = secure.begin(this.a, BEGIN);
		String name = bindingCookie(secure);
		assertThat(name).startsWith("__Host-oauth2-state-");
		Browser planted = Browser.overHttps();
		planted.cookies().put(name.substring("__Host-".length()), secure.cookies().get(name));
		assertThat(planted.open(this.b, callback).location()).contains("/login?error");
		secure.open(this.b, callback);
		assertThat(secure.isSignedIn(this.b)).isTrue();
		String issued = Browser.overHttps().open(this.a, BEGIN).setCookies().get(0);
		assertThat(issued).contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=4200")
			.doesNotContain("Domain");
	}

	@Test
	void restartPathFromAForgedCookieNeverLeavesTheApp() {
		for (String evil : List.of("//evil.example/", "/\\evil.example", "https://evil.example",
				"javascript:alert(1)")) {
			String callback = this.browser.begin(this.a, BEGIN);
			String name = bindingCookie(this.browser);
			String[] fields = this.browser.cookies().get(name).split("\\.");
			fields[4] = Base64.getUrlEncoder().withoutPadding().encodeToString(evil.getBytes(StandardCharsets.UTF_8));
			this.browser.cookies().put(name, String.join(".", fields));
			this.store.clear();
			String location = this.browser.open(this.b, callback).location();
			assertThat(location).startsWith("http://app.example/");
			this.browser.cookies().clear();
		}
	}

	@Test
	void begunOnARestartedInstanceCompletes() {
		Instance shortLived = this.cluster.start();
		String callback = this.browser.begin(shortLived, BEGIN);
		shortLived.close();
		this.browser.open(this.a, callback);
		assertThat(this.browser.isSignedIn(this.a)).isTrue();
	}

	private static String bindingCookie(Browser browser) {
		List<String> names = browser.cookies()
			.keySet()
			.stream()
			.filter((name) -> name.contains("oauth2-state-") && !name.endsWith("-retry"))
			.toList();
		return names.get(names.size() - 1);
	}

	private static String aged(String cookie) {
		return shifted(cookie, -3600);
	}

	private static String shifted(String cookie, int seconds) {
		String[] fields = cookie.split("\\.");
		fields[2] = Long.toString(Long.parseLong(fields[2], 36) + seconds, 36);
		return String.join(".", fields);
	}

	private static String state(String callback) {
		Matcher matcher = Pattern.compile("[?&]state=([^&]*)").matcher(callback);
		assertThat(matcher.find()).isTrue();
		return matcher.group(1);
	}

}
