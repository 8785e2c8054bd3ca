package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.web.BrowserRequest;

/**
 * The value of a binding cookie, by which a browser shows that it started a login.
 * <p>
 * A value is {@code <version><status>.<secret>.<issued>.<registration>.<restart path>},
 * then the callback path if the callback is posted. Version 2 adds the app and, if the
 * login began with a query, that. A reader accepts the next version too and ignores the
 * fields that it adds, so that instances of two releases can run side by side. Any other
 * value is ignored.
 * <p>
 * Only the secret is proof of anything: anybody who can set a cookie for the host can
 * choose all other fields. They name outcomes and order evictions, and never refuse or
 * grant anything.
 *
 * @param pending whether the login is pending; once it is called back the cookie stays
 * for a short while, without its secret, as a mark that it was used
 * @param secret what binds the record to this browser; or, where the record is nowhere
 * else, the record itself, sealed, after the id of its key and '~'. A used mark has the
 * record's key in its place, from which the correlation id is made, or nothing if an
 * older release wrote it
 * @param issued when the login began, on the clock of the instance that began it
 * @param registrationId the client registration
 * @param restartPath where this app starts the login anew, without the query
 * @param callbackPath the path to which the callback is posted, or {@code null} if the
 * callback is a GET
 * @param app the app that started the login, or {@code null} if an older release did
 * @param query the query with which the login began, sealed, or {@code null} if there was
 * none
 */
record BindingCookie(boolean pending, String secret, Instant issued, String registrationId, String restartPath,
		@Nullable String callbackPath, @Nullable String app, @Nullable String query) {

	private static final int SECRET_LENGTH = 32;

	/**
	 * {@value StateKey#LENGTH} bytes in Base64.
	 */
	private static final int KEY_CHARACTERS = 43;

	private static final int MAX_LENGTH = 4096;

	private static final int MAX_RESTART_PATH_LENGTH = 512;

	private static final int LATEST_READABLE_VERSION = 3;

	private static final int MAX_KEY_ID_LENGTH = 16;

	private static final int MAX_ISSUED_LENGTH = 8;

	private static final SecureRandom RANDOM = new SecureRandom();

	static BindingCookie create(OAuth2AuthorizationRequest request, String path, String app, @Nullable String query,
			Instant now) {
		byte[] secret = new byte[SECRET_LENGTH];
		RANDOM.nextBytes(secret);
		String registrationId = request.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
		return new BindingCookie(true, Base64Url.encode(secret), now, (registrationId != null) ? registrationId : "",
				restartPath(path), FormPostCallbacks.callbackPath(request), app, query);
	}

	private static String restartPath(String path) {
		int query = path.indexOf('?');
		String withoutQuery = (query < 0) ? path : path.substring(0, query);
		return (withoutQuery.length() <= MAX_RESTART_PATH_LENGTH && BrowserRequest.isLocalPath(withoutQuery))
				? withoutQuery : "/";
	}

	/**
	 * Puts the record into the cookie.
	 * @param sealed the sealed record
	 * @return the cookie that has it
	 */
	BindingCookie carrying(String sealed) {
		return new BindingCookie(this.pending, sealed, this.issued, this.registrationId, this.restartPath,
				this.callbackPath, this.app, this.query);
	}

	/**
	 * Returns where the record is, or was.
	 */
	LoginPath path() {
		return (this.secret.indexOf('~') > 0) ? LoginPath.COOKIE : LoginPath.SHARED;
	}

	static Optional<BindingCookie> parse(String value) {
		String[] fields = (value.length() <= MAX_LENGTH) ? value.split("\\.", -1) : new String[0];
		if (fields.length < 5 || !isKnown(fields[0], fields.length) || !isSecret(fields[1]) || !isIssued(fields[2])) {
			return Optional.empty();
		}
		for (int i = 3; i < fields.length; i++) {
			if (!Base64Url.isAlphabet(fields[i], 0, fields[i].length())) {
				return Optional.empty();
			}
		}
		try {
			BindingCookie cookie = new BindingCookie(fields[0].charAt(1) == 'p', fields[1],
					Instant.ofEpochSecond(Long.parseLong(fields[2], 36)), decode(fields[3]), decode(fields[4]),
					callbackPath(fields), added(fields, 6), added(fields, 7));
			return BrowserRequest.isLocalPath(cookie.restartPath()) ? Optional.of(cookie) : Optional.empty();
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private static boolean isKnown(String versionAndStatus, int fields) {
		if (versionAndStatus.length() != 2) {
			return false;
		}
		int version = versionAndStatus.charAt(0) - '0';
		char status = versionAndStatus.charAt(1);
		return version >= 1 && version <= LATEST_READABLE_VERSION && (status == 'p' || status == 'u')
				&& (version > 1 || fields <= 6);
	}

	/**
	 * Returns whether a text is a secret or a key, or else the id of a key, '~' and a
	 * sealed record.
	 */
	private static boolean isSecret(String text) {
		int mark = text.indexOf('~');
		if (mark < 0) {
			return text.length() <= KEY_CHARACTERS && Base64Url.isAlphabet(text, 0, text.length());
		}
		return mark > 0 && mark <= MAX_KEY_ID_LENGTH && mark < text.length() - 1 && Base64Url.isAlphabet(text, 0, mark)
				&& Base64Url.isAlphabet(text, mark + 1, text.length());
	}

	private static boolean isIssued(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z')) {
				return false;
			}
		}
		return !text.isEmpty() && text.length() <= MAX_ISSUED_LENGTH;
	}

	private static @Nullable String callbackPath(String[] fields) {
		boolean leftOut = fields.length == 5 || (fields[5].isEmpty() && fields.length > 6);
		return leftOut ? null : decode(fields[5]);
	}

	private static @Nullable String added(String[] fields, int index) {
		return (fields.length > index && !fields[index].isEmpty()) ? fields[index] : null;
	}

	String format() {
		String value = ((this.app != null) ? "2" : "1") + (this.pending ? "p." : "u.") + this.secret + "."
				+ Long.toString(this.issued.getEpochSecond(), 36) + "." + encode(this.registrationId) + "."
				+ encode(this.restartPath);
		if (this.app != null) {
			return value + "." + ((this.callbackPath != null) ? encode(this.callbackPath) : "") + "." + this.app
					+ ((this.query != null) ? "." + this.query : "");
		}
		return (this.callbackPath != null) ? value + "." + encode(this.callbackPath) : value;
	}

	/**
	 * Returns the mark that replaces this cookie once the login is called back.
	 * @param key the key of its record, which is gone
	 */
	BindingCookie used(StateKey key) {
		String mark = this.secret.substring(0, this.secret.indexOf('~') + 1) + Base64Url.encode(key.toByteArray());
		return new BindingCookie(false, this.pending ? mark : this.secret, this.issued, this.registrationId,
				this.restartPath, this.callbackPath, this.app, this.query);
	}

	/**
	 * Returns the key that a used mark has in place of the secret.
	 * @return the key, or empty if the login is pending or an older release wrote the
	 * mark
	 */
	Optional<byte[]> usedKey() {
		String key = this.secret.substring(this.secret.indexOf('~') + 1);
		return (!this.pending && key.length() == KEY_CHARACTERS) ? Optional.of(Base64Url.decode(key))
				: Optional.empty();
	}

	private static String encode(String text) {
		return Base64Url.encode(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String decode(String text) {
		return new String(Base64Url.decode(text), StandardCharsets.UTF_8);
	}

	@Override
	public String toString() {
		return "BindingCookie[hidden]";
	}

}
