package io.github.oauth2state.scenario;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.oauth2state.StateKey;

/**
 * A login that its rightful browser began and did not call back yet, and that somebody
 * tries something on.
 *
 * @param browser the rightful browser
 * @param callback where the provider sends it, with state and code
 */
record VictimLogin(Browser browser, String callback) {

	private static final Pattern STATE = Pattern.compile("[?&]state=([^&]*)");

	static VictimLogin begin(Browser browser, Instance instance) {
		return new VictimLogin(browser, browser.begin(instance, "/oauth2/authorization/idp"));
	}

	/**
	 * Returns the state as it is in the URL.
	 */
	String encodedState() {
		Matcher matcher = STATE.matcher(this.callback);
		if (!matcher.find()) {
			throw new IllegalStateException("No state");
		}
		return matcher.group(1);
	}

	String state() {
		return URLDecoder.decode(encodedState(), StandardCharsets.UTF_8);
	}

	String cookieName() {
		return cookieName("scenario", state());
	}

	/**
	 * Returns the name of the cookie on https, which anybody can work out.
	 */
	static String cookieName(String namespace, String state) {
		byte[] hash = StateKey.of(namespace, "cookie", state).toByteArray();
		return "__Host-oauth2-state-" + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 8));
	}

	String cookie() {
		return this.browser.cookies().get(cookieName());
	}

	String secret() {
		return cookie().split("\\.", 3)[1];
	}

	void setCookie(String value) {
		this.browser.cookies().put(cookieName(), value);
	}

	/**
	 * Makes the browser hold a cookie that says that the login began at another time.
	 */
	void shift(int seconds) {
		String[] fields = cookie().split("\\.");
		fields[2] = Long.toString(Long.parseLong(fields[2], 36) + seconds, 36);
		setCookie(String.join(".", fields));
	}

	/**
	 * Makes the browser hold a cookie that says where the login began.
	 */
	void beganAt(String path) {
		String[] fields = cookie().split("\\.");
		fields[4] = Base64.getUrlEncoder().withoutPadding().encodeToString(path.getBytes(StandardCharsets.UTF_8));
		setCookie(String.join(".", fields));
	}

	/**
	 * Returns the callback with another state, encoded as it is to be sent.
	 */
	String callbackWithState(String encoded) {
		return this.callback.replaceFirst("state=[^&]*", Matcher.quoteReplacement("state=" + encoded));
	}

}
