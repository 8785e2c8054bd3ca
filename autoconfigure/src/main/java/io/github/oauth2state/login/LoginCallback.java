package io.github.oauth2state.login;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Seal;

/**
 * A callback from a browser that began the login, as its binding cookie shows. Its record
 * is in that cookie, or else in the store or nowhere: absence is final.
 */
public final class LoginCallback {

	private final String state;

	private final BrowserRequest browser;

	private final BindingCookie cookie;

	private final LoginKeys keys;

	private final PendingLogins logins;

	LoginCallback(String state, BrowserRequest browser, BindingCookie cookie, LoginKeys keys, PendingLogins logins) {
		this.state = state;
		this.browser = browser;
		this.cookie = cookie;
		this.keys = keys;
		this.logins = logins;
	}

	/**
	 * Returns whether there is anything to look for. If not, the cookie says that this
	 * login was called back before, and no longer has the secret.
	 * @return whether to ask the store
	 */
	public boolean isPending() {
		return this.cookie.pending();
	}

	/**
	 * Returns where the login is kept: in the store, or in the cookie itself.
	 * @return the path
	 */
	public LoginPath path() {
		return this.cookie.carriesRecord() ? LoginPath.COOKIE : LoginPath.SHARED;
	}

	/**
	 * Returns where the record is, if it is in the store.
	 * @return its key
	 */
	public StateKey key() {
		return this.keys.key();
	}

	/**
	 * Returns the client registration that the cookie names, which a browser can have
	 * made up.
	 * @return the registration id, possibly empty
	 */
	public String registrationId() {
		return this.cookie.registrationId();
	}

	/**
	 * Returns by which id log lines name this login.
	 * @return its correlation id
	 */
	public String correlationId() {
		return CorrelationId.of(this.keys.key());
	}

	/**
	 * Returns where the login can begin anew.
	 * @return a path in this app, with its context path
	 */
	public String restartPath() {
		return this.cookie.restartPath();
	}

	/**
	 * Makes sense of the store's answer.
	 * @param stored the record, or empty if there was none
	 * @return the authorization request, or why it cannot be had
	 */
	public CallbackResult read(Optional<byte[]> stored) {
		if (stored.isEmpty()) {
			return new CallbackResult.Lost(absent());
		}
		return Seal.open(this.keys.sealingKey(), stored.get())
			.flatMap(this::decode)
			.orElse(new CallbackResult.Lost(LoginOutcome.UNREADABLE));
	}

	/**
	 * Reads the record that is in the cookie.
	 * @return the authorization request, or why it cannot be had
	 */
	public CallbackResult readFromCookie() {
		return this.logins.openCookie(this.state, this.cookie)
			.flatMap(this::decode)
			.orElse(new CallbackResult.Lost(LoginOutcome.UNREADABLE));
	}

	private LoginOutcome absent() {
		boolean expired = this.cookie.pending() && this.logins.isExpired(this.cookie.issued());
		return expired ? LoginOutcome.EXPIRED : LoginOutcome.ALREADY_USED;
	}

	private Optional<CallbackResult> decode(byte[] record) {
		try {
			ByteBuffer buffer = ByteBuffer.wrap(record);
			Instant begun = Instant.ofEpochMilli(buffer.getLong());
			if (path() == LoginPath.COOKIE && this.logins.isExpired(begun)) {
				// Nobody else has let it expire
				return Optional.of(new CallbackResult.Lost(LoginOutcome.EXPIRED));
			}
			byte[] content = Arrays.copyOfRange(record, buffer.position(), record.length);
			AuthorizationRequestCodec codec = this.logins.codec();
			return Optional.of(new CallbackResult.Found(codec.decode(content, this.state), this.logins.since(begun)));
		}
		catch (RuntimeException ex) {
			// Whatever a codec stumbles over: the login begins anew, the app does not
			// fail.
			return Optional.empty();
		}
	}

	/**
	 * Returns what to tell the browser once the record was taken.
	 * @return the mark that the login was used, and the end of counting restarts
	 */
	public List<ResponseCookie> cookiesWhenTaken() {
		List<ResponseCookie> cookies = new ArrayList<>();
		cookies.add(this.logins.cookies().issue(this.browser, this.state, this.cookie.used()));
		if (this.logins.guard().isSet(this.browser)) {
			cookies.add(this.logins.guard().clear(this.browser));
		}
		return cookies;
	}

	/**
	 * Allows one more restart, unless there have been too many within a minute.
	 * @return the cookie that counts it, or empty if it must not be
	 */
	public Optional<ResponseCookie> countRestart() {
		RestartGuard guard = this.logins.guard();
		return guard.allows(this.browser) ? Optional.of(guard.countOne(this.browser)) : Optional.empty();
	}

	@Override
	public String toString() {
		return "LoginCallback[hidden]";
	}

}
