package io.github.oauth2state.login;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;

/**
 * A callback from a browser that started the login, as its binding cookie shows. The
 * record is in that cookie, or else in the store or nowhere. Absence is final, but for
 * one case: a record that was taken for a callback which is then refused is put back. A
 * second callback that comes in between finds the login already used.
 */
public final class LoginCallback {

	private final String state;

	private final BrowserRequest browser;

	private final BindingCookie cookie;

	private final LoginSealer sealer;

	private final BindingCookieJar jar;

	private final AuxiliaryCookies cookies;

	private @Nullable StateKey key;

	private byte @Nullable [] record;

	private @Nullable String savedRequest;

	LoginCallback(String state, BrowserRequest browser, BindingCookie cookie, LoginSealer sealer, BindingCookieJar jar,
			AuxiliaryCookies cookies) {
		this.state = state;
		this.browser = browser;
		this.cookie = cookie;
		this.sealer = sealer;
		this.jar = jar;
		this.cookies = cookies;
	}

	/**
	 * Returns whether the login is still pending. If not, the cookie says that it was
	 * called back before, and no longer has the secret.
	 * @return whether to look for the record
	 */
	public boolean isPending() {
		return this.cookie.pending();
	}

	/**
	 * Returns where the record is or was: in the store, or in the cookie itself.
	 * @return the path
	 */
	public LoginPath path() {
		return this.cookie.path();
	}

	/**
	 * Returns the key of the record, if it is in the store.
	 * @return the key
	 */
	public StateKey key() {
		StateKey key = this.key;
		if (key == null) {
			key = this.sealer.key(this.state, this.cookie.secret());
			this.key = key;
		}
		return key;
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
	 * Returns the id by which log lines name this login.
	 * @return the correlation id
	 */
	public String correlationId() {
		return LoginSealer.correlationId(this.cookie.usedKey().orElseGet(() -> key().toByteArray()));
	}

	/**
	 * Returns where the login can start anew.
	 * @return a path in this app, with its context path
	 */
	public String restartPath() {
		return this.sealer.addQuery(this.cookie.restartPath(), this.cookie.query(), this.state);
	}

	/**
	 * Reads the store's answer.
	 * @param stored the record, or empty if there was none
	 * @return the authorization request, or why it is not available
	 */
	public Result read(Optional<byte[]> stored) {
		this.record = stored.orElse(null);
		return noteSavedRequest(stored.map((sealed) -> this.sealer.open(this.state, this.cookie.secret(), sealed))
			.orElseGet(() -> this.sealer.absent(this.cookie)));
	}

	/**
	 * Reads the record that is in the cookie.
	 * @return the authorization request, or why it is not available
	 */
	public Result readFromCookie() {
		return noteSavedRequest(this.sealer.openFromCookie(this.state, this.cookie.secret()));
	}

	private Result noteSavedRequest(Result result) {
		this.savedRequest = (result instanceof Found found) ? found.savedRequest() : null;
		return result;
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
		Result result = (path() == LoginPath.COOKIE) ? readFromCookie() : read(store.apply(key()));
		return (result instanceof Found found) ? Optional.of(found.request()) : Optional.empty();
	}

	/**
	 * Returns the record that was read, to put it back into the store.
	 * @return the record, or {@code null} if none was read from the store
	 */
	public byte @Nullable [] record() {
		return this.record;
	}

	/**
	 * Returns how long a record that is put back has left.
	 * @param found what was read
	 * @return the rest of its life, which is positive
	 */
	public Duration remaining(Found found) {
		return this.sealer.remaining(found.sinceBegin());
	}

	/**
	 * Returns whether a user may have the result of the login. A login that a signed-in
	 * user started is for that user. One that nobody in particular started is for
	 * anybody, until the next logout.
	 */
	boolean isFor(Found found, @Nullable String user) {
		return (found.owner() != null) ? found.owner().equals(LoginRecord.owner(user)) : !isOlderThanLogout();
	}

	/**
	 * Returns whether the login was pending when a user of this browser last logged out,
	 * as far as the browser says so.
	 * @return whether it was
	 */
	public boolean isOlderThanLogout() {
		return this.cookies.isOlderThanLogout(this.browser, this.cookie);
	}

	/**
	 * Returns what to tell the browser once the record was taken.
	 * @return the mark that the login was used, and what clears the cookies that were for
	 * this login
	 */
	public List<ResponseCookie> cookiesWhenTaken() {
		List<ResponseCookie> answer = new ArrayList<>();
		answer.add(this.jar.issueUsedMark(this.browser, this.state, this.cookie.used(key())));
		answer.addAll(this.cookies.clearCompleted(this.browser, this.savedRequest, this.cookie.callbackPath() != null));
		return answer;
	}

	/**
	 * Allows one more restart, unless there have been too many within a minute.
	 * @return the cookie that counts it, or empty if the login must not start anew
	 */
	public Optional<ResponseCookie> countRestart() {
		return this.cookies.countRestart(this.browser);
	}

	@Override
	public String toString() {
		return "LoginCallback[hidden]";
	}

	/**
	 * What was found of a pending login.
	 */
	public sealed interface Result permits Found, Lost {

	}

	/**
	 * The pending login was there.
	 *
	 * @param request its authorization request
	 * @param sinceBegin how long ago it began, as far as clocks agree
	 * @param owner a digest of the name of the user who was signed in when it began, or
	 * {@code null} if nobody was or the record does not say
	 * @param savedRequest the path and query that the user asked for, or {@code null} if
	 * the record has none
	 */
	public record Found(OAuth2AuthorizationRequest request, Duration sinceBegin, @Nullable String owner,
			@Nullable String savedRequest) implements Result {

		@Override
		public String toString() {
			return "Found[hidden]";
		}

	}

	/**
	 * The pending login was not there, or is not available.
	 *
	 * @param outcome why
	 */
	public record Lost(LoginOutcome outcome) implements Result {
	}

}
