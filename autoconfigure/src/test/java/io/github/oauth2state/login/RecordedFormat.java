package io.github.oauth2state.login;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import javax.crypto.SecretKey;

import io.github.oauth2state.record.Seal;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

/**
 * What a release of some format leaves in stores and browsers, as it was recorded.
 */
final class RecordedFormat {

	private final Properties recorded = new Properties();

	static final Duration SINCE_BEGIN = Duration.ofMinutes(1);

	RecordedFormat(int version) {
		this(Integer.toString(version));
	}

	RecordedFormat(String version) {
		try (InputStream input = RecordedFormat.class.getResourceAsStream("format-" + version + ".properties")) {
			this.recorded.load(input);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String get(String name) {
		return this.recorded.getProperty(name);
	}

	byte[] bytes(String name) {
		return HexFormat.of().parseHex(get(name));
	}

	Instant begun() {
		return Instant.parse(get("begun"));
	}

	/**
	 * Returns what this release makes of the callback of a browser that holds a cookie of
	 * the format.
	 */
	Optional<LoginCallback> callback(String cookie) {
		BrowserRequest browser = TestRequests.https(TestRequests.CALLBACK_PATH,
				Map.of(get("cookie.name"), get("cookie." + cookie)));
		return logins().callback(get("state"), browser);
	}

	boolean mayBePostedCallback(String cookie) {
		BrowserRequest browser = TestRequests.https(TestRequests.CALLBACK_PATH,
				Map.of(get("cookie.name"), get("cookie." + cookie)));
		return logins().mayBePostedCallback(browser);
	}

	PendingLogins logins() {
		return new PendingLogins(
				new LoginSettings(get("namespace"), Duration.ofMinutes(10), 8, true, true, LoginSettings.Sessions.AUTO,
						true, new CookieSettings("oauth2-state", null, false, null, true)),
				new CborAuthorizationRequestCodec(), null, TestRequests.NO_EVENTS,
				Clock.fixed(begun().plus(SINCE_BEGIN), ZoneOffset.UTC));
	}

	byte[] content() {
		SecretKey key = TestRequests.sealer(get("namespace")).sealingKey(get("state"), get("secret"));
		return Seal.open(key, bytes("record")).orElseThrow();
	}

}
