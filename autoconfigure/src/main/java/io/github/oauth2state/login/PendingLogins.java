package io.github.oauth2state.login;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Starts logins and recognizes their callbacks. It says what to store and what to look
 * for, and leaves the calls of the store to its caller, so that it knows no web stack.
 * Thread-safe.
 */
public final class PendingLogins {

	private static final int MAX_STATE_LENGTH = 4096;

	/**
	 * In bytes, with name and attributes (RFC 6265, section 6.1).
	 */
	private static final int MAX_COOKIE_SIZE = 4096;

	private static final SecureRandom RANDOM = new SecureRandom();

	private final LoginSettings settings;

	private final AuthorizationRequestCodec codec;

	private final LoginEventPublisher events;

	private final Clock clock;

	private final LoginSealer sealer;

	private final BindingCookieJar jar;

	private final AuxiliaryCookies cookies;

	private final FormPostCallbacks formPost;

	/**
	 * Creates pending logins.
	 * @param settings the settings of logins
	 * @param codec writes and reads authorization requests
	 * @param cookieKeys the keys of records in cookies, or {@code null} without keys
	 * @param events publishes what happens
	 * @param clock the clock
	 */
	PendingLogins(LoginSettings settings, AuthorizationRequestCodec codec, @Nullable Keyring cookieKeys,
			LoginEventPublisher events, Clock clock) {
		this.settings = settings;
		this.codec = codec;
		this.events = events;
		this.clock = clock;
		this.sealer = new LoginSealer(settings, codec, cookieKeys, clock);
		this.jar = new BindingCookieJar(settings);
		this.cookies = new AuxiliaryCookies(settings, this.jar.app());
		this.formPost = new FormPostCallbacks(this.jar);
	}

	/**
	 * Starts a login.
	 * @param path where its record is kept: {@link LoginPath#SHARED} or
	 * {@link LoginPath#COOKIE}
	 * @param request the authorization request
	 * @param browser the HTTP request that starts it
	 * @param user the name of the signed-in user, or {@code null} if nobody is signed in
	 * @param savedRequest the path and query that the user asked for, or {@code null} if
	 * the app keeps them. They are left out of a cookie that would be too large
	 * @return what to store and what to tell the browser, or empty if the login is not
	 * kept: another site caused it, and the browser has as many pending logins as it may
	 * @throws IllegalArgumentException if the authorization request cannot be stored, or
	 * is too large for a cookie
	 * @throws IllegalStateException if there are no keys to seal a cookie under
	 */
	public Optional<StartedLogin> start(LoginPath path, OAuth2AuthorizationRequest request, BrowserRequest browser,
			@Nullable String user, @Nullable String savedRequest) {
		String state = state(request);
		Instant now = this.clock.instant();
		BindingCookie cookie = BindingCookie.create(request, browser.path(), this.jar.app(),
				this.sealer.sealQuery(browser.path(), state), now);
		this.formPost.expect(cookie.callbackPath(), browser);
		Supplier<LoginRecord> record = () -> new LoginRecord(now, this.codec.encode(request), savedRequest,
				LoginRecord.owner(user));
		if (path == LoginPath.COOKIE) {
			return startInCookie(state, browser, cookie, record.get());
		}
		return this.jar.makeRoom(browser, now, this.jar.issue(browser, state, cookie))
			.map((eviction) -> started(state, cookie, this.sealer.seal(state, cookie.secret(), record.get()),
					eviction));
	}

	private Optional<StartedLogin> startInCookie(String state, BrowserRequest browser, BindingCookie cookie,
			LoginRecord login) {
		BindingCookie carrying = cookie.carrying(this.sealer.sealForCookie(state, login));
		ResponseCookie issued = this.jar.issue(browser, state, carrying);
		int size = issued.toString().length();
		if (size > MAX_COOKIE_SIZE && login.savedRequest() != null) {
			return startInCookie(state, browser, cookie, login.withoutSavedRequest());
		}
		if (size > MAX_COOKIE_SIZE) {
			throw new IllegalArgumentException(
					"The authorization request is too large to be kept in a cookie: it takes " + size
							+ " bytes, and browsers accept " + MAX_COOKIE_SIZE
							+ ". Give it fewer attributes or shorter additional parameters, or keep pending logins in a store "
							+ "(oauth2-state.store=redis or jdbc).");
		}
		return this.jar.makeRoom(browser, login.begun(), issued)
			.map((eviction) -> started(state, carrying, new byte[0], eviction));
	}

	private StartedLogin started(String state, BindingCookie cookie, byte[] record,
			BindingCookieJar.Eviction eviction) {
		StateKey key = this.sealer.key(state, cookie.secret());
		return new StartedLogin(key, record, this.settings.ttl(), eviction.cookies(), eviction.pending(),
				LoginSealer.correlationId(key.toByteArray()));
	}

	private static String state(OAuth2AuthorizationRequest request) {
		String state = request.getState();
		if (state == null || !isState(state)) {
			throw new IllegalArgumentException(
					"The state of an authorization request has 1 to " + MAX_STATE_LENGTH + " characters.");
		}
		return state;
	}

	private static boolean isState(String state) {
		return !state.isEmpty() && state.length() <= MAX_STATE_LENGTH;
	}

	/**
	 * Clears cookies that other requests of the browser received at the same time, if
	 * they and the new one are too many. Call it just before the answer is written.
	 * @param browser the HTTP request that starts a login
	 * @param sender the same number for all requests of a browser; other browsers may
	 * share it
	 * @param received the {@link System#nanoTime()} at which the request was received
	 * @param issued the cookies of the answer, the new one as the last
	 * @return the cookies that clear others
	 */
	public List<ResponseCookie> clearUnseen(BrowserRequest browser, int sender, long received,
			List<ResponseCookie> issued) {
		return this.jar.clearUnseen(browser, sender, received, issued.get(issued.size() - 1));
	}

	/**
	 * Recognizes the callback of a login that this browser started.
	 * @param state the state that came with it
	 * @param browser the HTTP request
	 * @return the callback, or empty if the browser has no binding cookie for the state;
	 * the store must not be asked then
	 */
	public Optional<LoginCallback> callback(String state, BrowserRequest browser) {
		if (!isState(state)) {
			return Optional.empty();
		}
		return this.jar.find(browser, state)
			.map((cookie) -> new LoginCallback(state, browser, cookie, this.sealer, this.jar, this.cookies));
	}

	/**
	 * Returns whether a posted request may be the callback of a login that asked for one
	 * ({@code response_mode=form_post}), so that its body may be read. A cookie can be
	 * planted, so this is no reason to trust the request.
	 * @param browser the HTTP request
	 * @return whether it came by https to the callback path in one of its binding cookies
	 */
	public boolean mayBePostedCallback(BrowserRequest browser) {
		return this.formPost.mayBeCallback(browser);
	}

	/**
	 * Returns whether a posted request is the callback of a login that asked for one. It
	 * carries no CSRF token, so the answer rests on what the app itself knows: the paths
	 * to which logins that began here let callbacks be posted, or else the sealed record.
	 * @param callback the callback
	 * @param store reads a record and leaves it where it is
	 * @return whether it is one
	 */
	public boolean isPostedCallback(LoginCallback callback, Function<? super StateKey, Optional<byte[]>> store) {
		return this.formPost.isCallback(callback, store);
	}

	/**
	 * Returns the cookies that a browser has beside its binding cookies.
	 * @return the cookies
	 */
	public AuxiliaryCookies cookies() {
		return this.cookies;
	}

	/**
	 * Logs what happened to a login and calls all listeners.
	 * @param event what happened
	 */
	public void publish(LoginEvent event) {
		this.events.publish(event);
	}

	/**
	 * Returns a correlation id for a login without a binding cookie.
	 * @return twelve hexadecimal digits
	 */
	public static String randomCorrelationId() {
		byte[] bytes = new byte[LoginSealer.CORRELATION_ID_LENGTH];
		RANDOM.nextBytes(bytes);
		return HexFormat.of().formatHex(bytes);
	}

	/**
	 * A login that was started: what to store, and what to tell the browser then.
	 *
	 * @param key the key of the record
	 * @param value the sealed record; empty if a cookie has it
	 * @param ttl how long the record lives
	 * @param cookies the cookies that clear evicted logins, and the binding cookie as the
	 * last
	 * @param evicted how many pending logins were evicted
	 * @param correlationId the id by which log lines name this login
	 */
	@SuppressWarnings("ArrayRecordComponent")
	public record StartedLogin(StateKey key, byte[] value, Duration ttl, List<ResponseCookie> cookies, int evicted,
			String correlationId) {

		@Override
		public String toString() {
			return "StartedLogin[hidden]";
		}

	}

}
