package io.github.oauth2state.login;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.LocalPath;

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

	private byte @Nullable [] record;

	private @Nullable String savedRequest;

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
	 * Returns the client registration that the cookie names, which the sender may have
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
		return this.logins.restartQuery().addTo(this.cookie.restartPath(), this.cookie.query(), this.state);
	}

	/**
	 * Makes sense of the store's answer.
	 * @param stored the record, or empty if there was none
	 * @return the authorization request, or why it is unavailable
	 */
	public CallbackResult read(Optional<byte[]> stored) {
		this.record = stored.orElse(null);
		if (stored.isEmpty()) {
			return new CallbackResult.Lost(absent());
		}
		return Seal.open(this.keys.sealingKey(), stored.get())
			.flatMap(this::decode)
			.orElse(new CallbackResult.Lost(LoginOutcome.UNREADABLE));
	}

	/**
	 * Reads the record that is in the cookie.
	 * @return the authorization request, or why it is unavailable
	 */
	public CallbackResult readFromCookie() {
		return this.logins.openCookie(this.state, this.cookie)
			.flatMap(this::decode)
			.orElse(new CallbackResult.Lost(LoginOutcome.UNREADABLE));
	}

	BrowserRequest browser() {
		return this.browser;
	}

	boolean isPostedTo(String path) {
		return path.equals(this.cookie.callbackPath());
	}

	/**
	 * Reads the record and leaves it where it is.
	 */
	Optional<OAuth2AuthorizationRequest> peek(Function<? super StateKey, Optional<byte[]>> store) {
		if (!isPending()) {
			return Optional.empty();
		}
		CallbackResult result = (path() == LoginPath.COOKIE) ? readFromCookie() : read(store.apply(key()));
		return (result instanceof CallbackResult.Found found) ? Optional.of(found.request()) : Optional.empty();
	}

	/**
	 * Returns the record that was read, to put it back into the store.
	 * @return the record, or {@code null} if none was read from the store
	 */
	public byte @Nullable [] record() {
		return this.record;
	}

	/**
	 * Returns how long a record that is put back has to live.
	 * @param found what was read
	 * @return the rest of its life, which is positive
	 */
	public Duration remaining(CallbackResult.Found found) {
		Duration remaining = this.logins.ttl().minus(found.sinceBegin());
		return (remaining.compareTo(Duration.ZERO) > 0) ? remaining : Duration.ofMillis(1);
	}

	/**
	 * Tells whether what the login is to bring is for a user. It is for the user who was
	 * signed in when it began. If nobody was, it is for anybody, until the next logout.
	 * @param found the login
	 * @param user the name of the user who is signed in now, or {@code null} if nobody is
	 * @return whether it is
	 */
	public boolean isFor(CallbackResult.Found found, @Nullable String user) {
		return (found.owner() != null) ? found.owner().equals(LoginRecord.owner(user)) : !isOlderThanLogout();
	}

	/**
	 * Tells whether the login was pending when a user of this browser last logged out, as
	 * far as the browser says so.
	 * @return whether it was
	 */
	public boolean isOlderThanLogout() {
		return this.logins.logoutMark().covers(this.browser, this.cookie);
	}

	private LoginOutcome absent() {
		boolean expired = this.cookie.pending() && this.logins.isExpired(this.cookie.issued());
		return expired ? LoginOutcome.EXPIRED : LoginOutcome.ALREADY_USED;
	}

	private Optional<CallbackResult> decode(byte[] record) {
		try {
			LoginRecord login = LoginRecord.read(record);
			if (path() == LoginPath.COOKIE && this.logins.isExpired(login.begun())) {
				// Nobody else has let it expire
				return Optional.of(new CallbackResult.Lost(LoginOutcome.EXPIRED));
			}
			this.savedRequest = login.savedRequest();
			AuthorizationRequestCodec codec = this.logins.codec();
			return Optional.of(new CallbackResult.Found(codec.decode(login.content(), this.state),
					this.logins.since(login.begun()), login.owner(), local(login.savedRequest())));
		}
		catch (RuntimeException ex) {
			// Whatever a codec stumbles over: the login begins anew, the app does not
			// fail.
			return Optional.empty();
		}
	}

	private static @Nullable String local(@Nullable String page) {
		return (page != null && LocalPath.isLocal(page)) ? page : null;
	}

	/**
	 * Returns what to tell the browser once the record was taken.
	 * @return the mark that the login was used, and the end of counting restarts and of
	 * what was saved for the login
	 */
	public List<ResponseCookie> cookiesWhenTaken() {
		List<ResponseCookie> cookies = new ArrayList<>();
		cookies.add(this.logins.cookies().issueUsedMark(this.browser, this.state, this.cookie));
		if (this.logins.restarts().isSet(this.browser)) {
			cookies.add(this.logins.restarts().clear(this.browser));
		}
		String saved = this.logins.savedRequest().read(this.browser);
		boolean unseen = saved == null && this.cookie.callbackPath() != null;
		if (this.savedRequest != null && (unseen || this.savedRequest.equals(saved))) {
			cookies.add(this.logins.savedRequest().clearUnseen(this.browser));
		}
		return cookies;
	}

	/**
	 * Allows one more restart, unless there have been too many within a minute.
	 * @return the cookie that counts it, or empty if it must not be
	 */
	public Optional<ResponseCookie> countRestart() {
		AttemptCounter restarts = this.logins.restarts();
		return restarts.isExhausted(this.browser) ? Optional.empty() : Optional.of(restarts.countOne(this.browser));
	}

	@Override
	public String toString() {
		return "LoginCallback[hidden]";
	}

}
