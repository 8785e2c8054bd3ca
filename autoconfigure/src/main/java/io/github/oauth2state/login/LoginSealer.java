package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

import javax.crypto.SecretKey;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.record.Sha256;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Seals the records of pending logins, and opens and reads them again.
 * <p>
 * A record in the store needs the state, which travels in URLs, and the secret, which
 * only the browser has: neither a leaked URL nor a copy of the store reveals anything,
 * and another browser cannot even name the record. A record in a cookie needs a
 * configured key and the state, so it opens for no other login, and for no other app that
 * has the same keys.
 */
final class LoginSealer {

	private static final String LOGIN = "login";

	private static final int MAX_PATH_LENGTH = 512;

	private static final byte[] CORRELATION_ID = "oauth2-state correlation id".getBytes(StandardCharsets.US_ASCII);

	static final int CORRELATION_ID_LENGTH = 6;

	private final LoginSettings settings;

	private final AuthorizationRequestCodec codec;

	private final @Nullable Keyring cookieKeys;

	private final Clock clock;

	/**
	 * Creates a sealer.
	 * @param settings the settings of logins
	 * @param codec reads authorization requests
	 * @param cookieKeys the keys of records in cookies, or {@code null} without keys
	 * @param clock the clock by which a login is old
	 */
	LoginSealer(LoginSettings settings, AuthorizationRequestCodec codec, @Nullable Keyring cookieKeys, Clock clock) {
		this.settings = settings;
		this.codec = codec;
		this.cookieKeys = cookieKeys;
		this.clock = clock;
	}

	/**
	 * Returns where the store has the record of a login.
	 */
	StateKey key(String state, String secret) {
		return StateKey.of(this.settings.namespace(), LOGIN, state, secret);
	}

	/**
	 * Returns the id by which log lines and error pages name a login: a hash of the
	 * record's key, which is itself a hash over a 256-bit secret.
	 */
	static String correlationId(byte[] key) {
		return HexFormat.of().formatHex(Sha256.digest(CORRELATION_ID, key), 0, CORRELATION_ID_LENGTH);
	}

	byte[] seal(String state, String secret, LoginRecord login) {
		return Seal.seal(sealingKey(state, secret), login.write());
	}

	/**
	 * Opens a record from the store.
	 */
	LoginCallback.Result open(String state, String secret, byte[] sealed) {
		return Seal.open(sealingKey(state, secret), sealed)
			.flatMap((record) -> read(state, record, false))
			.orElse(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
	}

	SecretKey sealingKey(String state, String secret) {
		return Seal.key(LOGIN, this.settings.namespace(), state, secret.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Returns why the store has no record of a login that the cookie shows.
	 */
	LoginCallback.Lost absent(BindingCookie cookie) {
		boolean expired = cookie.pending() && isExpired(cookie.issued());
		return new LoginCallback.Lost(expired ? LoginOutcome.EXPIRED : LoginOutcome.ALREADY_USED);
	}

	/**
	 * Seals a record that is kept in a cookie.
	 * @throws IllegalStateException if there are no keys
	 */
	String sealForCookie(String state, LoginRecord login) {
		if (this.cookieKeys == null) {
			throw new IllegalStateException("There are no keys in oauth2-state.cookie.keys");
		}
		String id = this.cookieKeys.sealingId();
		byte[] key = this.cookieKeys.get(id).orElseThrow();
		return id + "~" + Base64Url.encode(Seal.seal(cookieKey(key, state), login.write()));
	}

	/**
	 * Opens a record from a cookie.
	 */
	LoginCallback.Result openFromCookie(String state, String text) {
		return openText(state, text).flatMap((record) -> read(state, record, true))
			.orElse(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
	}

	private Optional<byte[]> openText(String state, String text) {
		if (this.cookieKeys == null) {
			return Optional.empty();
		}
		String[] parts = text.split("~", 2);
		try {
			byte[] sealed = Base64Url.decode(parts[1]);
			return this.cookieKeys.get(parts[0]).flatMap((key) -> Seal.open(cookieKey(key, state), sealed));
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private SecretKey cookieKey(byte[] key, String state) {
		return Seal.key("cookie", this.settings.namespace(), state, key);
	}

	private Optional<LoginCallback.Result> read(String state, byte[] record, boolean fromCookie) {
		try {
			LoginRecord login = LoginRecord.read(record);
			if (fromCookie && isExpired(login.begun())) {
				// No store removes it
				return Optional.of(new LoginCallback.Lost(LoginOutcome.EXPIRED));
			}
			String page = login.savedRequest();
			return Optional.of(new LoginCallback.Found(this.codec.decode(login.content(), state), since(login.begun()),
					login.owner(), (page != null && BrowserRequest.isLocalPath(page)) ? page : null));
		}
		catch (RuntimeException ex) {
			// A codec may throw anything. The login then starts anew, and the app does
			// not fail.
			return Optional.empty();
		}
	}

	private boolean isExpired(Instant begun) {
		return begun.plus(this.settings.ttl()).isBefore(this.clock.instant());
	}

	/**
	 * Returns how long ago a login began. The clock of the instance that began it may be
	 * wrong, so the answer is kept between zero and the time to live.
	 */
	private Duration since(Instant begun) {
		Duration since = Duration.between(begun, this.clock.instant());
		if (since.isNegative()) {
			return Duration.ZERO;
		}
		return (since.compareTo(this.settings.ttl()) > 0) ? this.settings.ttl() : since;
	}

	/**
	 * Returns how long a record that is put back has left.
	 */
	Duration remaining(Duration sinceBegin) {
		Duration remaining = this.settings.ttl().minus(sinceBegin);
		return (remaining.compareTo(Duration.ZERO) > 0) ? remaining : Duration.ofMillis(1);
	}

	/**
	 * Seals the query with which a login began, so that it can start anew with the same.
	 * The query may contain what must not be readable in a cookie, for example a CSRF
	 * token. The key needs the state, which the callback has and the cookie does not.
	 * @return the sealed query, or {@code null} if the path has no query or is too long
	 */
	@Nullable String sealQuery(String path, String state) {
		int start = path.indexOf('?') + 1;
		if (start == 0 || path.length() > MAX_PATH_LENGTH || !BrowserRequest.isLocalPath(path)) {
			return null;
		}
		return Base64Url.encode(Seal.seal(queryKey(state), path.substring(start).getBytes(StandardCharsets.UTF_8)));
	}

	/**
	 * Adds a sealed query, which may be hostile, to a path. The path stays as it is if
	 * the query does not open.
	 */
	String addQuery(String path, @Nullable String sealed, String state) {
		if (sealed == null) {
			return path;
		}
		try {
			return Seal.open(queryKey(state), Base64Url.decode(sealed))
				.map((query) -> path + "?" + new String(query, StandardCharsets.UTF_8))
				.filter(BrowserRequest::isLocalPath)
				.orElse(path);
		}
		catch (IllegalArgumentException ex) {
			return path;
		}
	}

	private SecretKey queryKey(String state) {
		return Seal.key("restart", this.settings.namespace(), "", state.getBytes(StandardCharsets.UTF_8));
	}

}
