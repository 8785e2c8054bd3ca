package io.github.oauth2state.scenario;

import java.util.Locale;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Attacks by cookies: planted, altered, too many, too long.
 */
@Tag("full")
class CookieAttackTests extends AttackTests {

	CookieAttackTests(Deployment deployment) {
		super(deployment);
	}

	@Test
	void unprefixedTwinIsNotReadOnHttps() {
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		String twin = attackers.cookieName().substring("__Host-".length());
		VictimLogin login = begin();
		this.browser.cookies().put(twin, attackers.cookie());
		attackWithoutStoreCall(() -> this.browser.open(this.b, attackers.callback()));
		assertThat(this.browser.signedInAs(this.b)).isEmpty();
		this.browser.cookies().put(login.cookieName().substring("__Host-".length()), attackers.cookie());
		assertCompletes(login);
	}

	/**
	 * Another host can set cookies with such names, or values, for this one.
	 */
	@ParameterizedTest
	@ValueSource(strings = { ",", ",,", ", ", "a=b, ", "a=b,", "$Version=1, ", "\"", "=", "$" })
	void nameAfterSomethingThatAServerSkipsIsNotRead(String before) {
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		Browser victim = Browser.overHttps()
			.header("Cookie", before + attackers.cookieName() + "=" + attackers.cookie());
		attackWithoutStoreCall(() -> victim.open(this.b, attackers.callback()));
		assertThat(victim.signedInAs(this.b)).isEmpty();
	}

	@Test
	void cookieIsWellProtected() {
		assertThat(this.browser.open(this.a, BEGIN).setCookies()).singleElement()
			.asString()
			.startsWith("__Host-oauth2-state-")
			.containsIgnoringCase("; HttpOnly")
			.contains("; Path=/", "; Secure", "; SameSite=Lax", "; Max-Age=4200")
			.doesNotContain("Domain");
	}

	static Stream<String> hostileValues() {
		return Stream.of("", "\"", "\"\"", "null", "1", "1p", "1p.", "1p....", "2p.{secret}.1.aWRw.Lw", "{value}!",
				"{value}=", "{value}.{value}=", "x{value}", "{value},{value}", "1p.{secret}.zzzzzzzz.aWRw.Lw",
				"1p.{secret}.zzzzzzzzz.aWRw.Lw", "1p.{secret}.-1.aWRw.Lw", "1p..0.aWRw.Lw", "1u.{secret}.0.aWRw.Lw",
				"1p.{secret}A.0.aWRw.Lw", "1p.{secret}==.0.aWRw.Lw", "1p.{lower}.0.aWRw.Lw", "1p.{variant}.0.aWRw.Lw",
				"%31p.{secret}.0.aWRw.Lw", "aced0005", "{\"@class\":1}", "x".repeat(100_000),
				"1p.{secret}.0." + "x".repeat(100_000) + ".Lw", ".".repeat(100_000));
	}

	@ParameterizedTest
	@MethodSource("hostileValues")
	void hostileValueDoesNotBind(String hostile) {
		VictimLogin login = begin();
		String cookie = login.cookie();
		String secret = login.secret();
		login.setCookie(hostile.replace("{value}", cookie)
			.replace("{secret}", "A".repeat(secret.length()))
			.replace("{lower}", secret.toLowerCase(Locale.ROOT).equals(secret) ? "a" : secret.toLowerCase(Locale.ROOT))
			.replace("{variant}", variant(secret)));
		attack(() -> this.browser.open(this.b, login.callback()));
		assertThat(this.browser.signedInAs(this.b)).isEmpty();
		login.setCookie(cookie);
		assertCompletes(login);
	}

	/**
	 * Returns other characters that decode to the same bytes: the last one has two bits
	 * too many.
	 */
	private static String variant(String secret) {
		String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
		int last = alphabet.indexOf(secret.charAt(secret.length() - 1));
		return secret.substring(0, secret.length() - 1) + alphabet.charAt(last ^ 1);
	}

	@Test
	void quotedValueIsTheSameLoginOrNone() {
		VictimLogin login = begin();
		String cookie = login.cookie();
		login.setCookie('"' + cookie + '"');
		this.browser.open(this.b, login.callback());
		if (this.browser.signedInAs(this.b).isEmpty()) {
			login.setCookie(cookie);
			assertCompletes(login);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void cookieThatIsThereTwiceIsTheFirstOne(boolean plantedFirst) {
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		VictimLogin login = begin();
		String cookie = login.cookie();
		String planted = login.cookieName() + "=" + attackers.cookie();
		if (plantedFirst) {
			Browser twice = this.browser.copy().header("Cookie", planted);
			attack(() -> twice.open(this.b, login.callback()));
			assertThat(twice.signedInAs(this.b)).isEmpty();
		}
		else {
			login.setCookie(cookie + "; " + planted);
		}
		assertCompletes(login);
	}

	@Test
	void nameInOtherLettersIsAnotherCookie() {
		VictimLogin login = begin();
		Browser other = Browser.overHttps();
		other.cookies().put(login.cookieName().toUpperCase(Locale.ROOT), login.cookie());
		other.cookies().put(login.cookieName().replace("__Host-", "__host-"), login.cookie());
		other.cookies().put(login.cookieName() + "%00", login.cookie());
		attackWithoutStoreCall(() -> other.open(this.b, login.callback()));
		assertCompletes(login);
	}

	@Test
	void almostTwoHundredCookiesDoNotDisturbALogin() {
		VictimLogin login = begin();
		for (int i = 0; i < 98; i++) {
			this.browser.cookies().put("__Host-oauth2-state-%011d".formatted(i), "1p.x.1.x.Lw");
			this.browser.cookies().put("other-" + i, "x".repeat(50));
		}
		assertCompletes(login);
		Browser.Page page = this.browser.open(this.a, BEGIN);
		assertThat(page.location()).contains("/oauth2/authorize?");
		assertThat(page.setCookies()).hasSizeBetween(2, 20);
	}

	/**
	 * Tomcat refuses them, and Netty takes them.
	 */
	@Test
	void moreCookiesThanTheServerTakesAreNoServerError() {
		VictimLogin login = begin();
		Browser many = this.browser.copy();
		for (int i = 0; i < 1000; i++) {
			many.cookies().put("other-" + i, "x");
		}
		if (this.stack == Stack.SERVLET) {
			attack(() -> many.open(this.b, login.callback()));
			assertCompletes(login);
		}
		else {
			assertCompletes(new VictimLogin(many, login.callback()));
		}
	}

	@Test
	void ninthPendingLoginEvictsTheOldest() {
		VictimLogin oldest = begin();
		oldest.shift(-60);
		String name = oldest.cookieName();
		VictimLogin login = begin();
		for (int i = 0; i < 7; i++) {
			login = begin();
		}
		assertThat(this.browser.cookies()).hasSize(8).doesNotContainKey(name);
		attackWithoutStoreCall(() -> this.browser.open(this.b, oldest.callback()));
		assertCompletes(login);
	}

	@Test
	void anotherSiteCannotEvictPendingLogins() {
		VictimLogin login = begin();
		login.shift(-60);
		Browser caused = this.browser.copy().header("Sec-Fetch-Site", "cross-site");
		for (int i = 0; i < 20; i++) {
			caused.open(this.a, BEGIN);
		}
		assertThat(caused.cookies()).hasSize(8).containsKey(login.cookieName());
		assertCompletes(new VictimLogin(caused, login.callback()));
	}

	@Test
	void retryCountOfAnyKindIsNoServerError() {
		for (String count : new String[] { "", "-1", "4", "99999999999999999999", "x".repeat(100_000), "\"1\"" }) {
			VictimLogin login = VictimLogin.begin(Browser.overHttps(), this.a);
			this.cluster.records.clear();
			String app = login.cookie().split("\\.", -1)[6];
			login.browser().cookies().put("__Host-oauth2-state-retry-" + app, count);
			Browser.Page page = attack(() -> login.browser().open(this.b, login.callback()));
			assertThat(page.status()).as(count).isEqualTo(400);
		}
	}

}
