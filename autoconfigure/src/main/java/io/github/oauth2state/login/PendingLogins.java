package io.github.oauth2state.login;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.record.SealingKeys;

/**
 * Begins logins and recognizes their callbacks. It says what to store and what to look
 * for, and leaves the store itself to the caller, as a servlet waits for the store and a
 * reactive app does not. Thread-safe.
 */
public final class PendingLogins {

	private static final int MAX_STATE_LENGTH = 1024;

	/**
	 * In bytes, with name and attributes (RFC 6265, section 6.1).
	 */
	private static final int MAX_COOKIE_SIZE = 4096;

	private final LoginSettings settings;

	private final AuthorizationRequestCodec codec;

	private final Clock clock;

	private final BindingCookies cookies;

	private final @Nullable CookieRecords cookieRecords;

	private final RestartGuard guard;

	PendingLogins(LoginSettings settings, AuthorizationRequestCodec codec, @Nullable SealingKeys cookieKeys,
			Clock clock) {
		this.settings = settings;
		this.codec = codec;
		this.clock = clock;
		this.cookies = new BindingCookies(settings);
		this.cookieRecords = (cookieKeys != null) ? new CookieRecords(cookieKeys, settings.namespace()) : null;
		this.guard = new RestartGuard(this.cookies);
	}

	/**
	 * Begins a login.
	 * @param request the authorization request
	 * @param browser the HTTP request that begins it
	 * @return what to store, or empty if the login is not to be kept: another site caused
	 * it, and the browser has as many pending logins as it may
	 * @throws IllegalArgumentException if the authorization request cannot be stored
	 */
	public Optional<BegunLogin> begin(OAuth2AuthorizationRequest request, BrowserRequest browser) {
		String state = state(request);
		Instant now = this.clock.instant();
		BindingCookie cookie = BindingCookie.begin(request, browser.path(), now);
		requireSecureIfPosted(cookie, browser);
		return this.cookies.makeRoom(browser, now).map((eviction) -> {
			LoginKeys keys = LoginKeys.of(this.settings.namespace(), state, cookie.secret());
			List<ResponseCookie> cookies = new ArrayList<>(eviction.cookies());
			cookies.add(this.cookies.issue(browser, state, cookie));
			return new BegunLogin(keys.key(), Seal.seal(keys.sealingKey(), record(request, now)), this.settings.ttl(),
					cookies, eviction.pending());
		});
	}

	/**
	 * Begins a login whose record the browser keeps.
	 * @param request the authorization request
	 * @param browser the HTTP request that begins it
	 * @return what to tell the browser, or empty if the login is not to be kept: another
	 * site caused it, and the browser has as many pending logins as it may
	 * @throws IllegalArgumentException if the authorization request cannot be stored, or
	 * is too large for a cookie
	 * @throws IllegalStateException if there are no keys to seal it under
	 */
	public Optional<BegunInCookie> beginInCookie(OAuth2AuthorizationRequest request, BrowserRequest browser) {
		if (this.cookieRecords == null) {
			throw new IllegalStateException("There are no keys in oauth2-state.cookie.keys");
		}
		String state = state(request);
		Instant now = this.clock.instant();
		BindingCookie cookie = BindingCookie.begin(request, browser.path(), now)
			.carrying(this.cookieRecords.seal(state, record(request, now)));
		requireSecureIfPosted(cookie, browser);
		ResponseCookie issued = this.cookies.issue(browser, state, cookie);
		int size = issued.toString().length();
		if (size > MAX_COOKIE_SIZE) {
			throw new IllegalArgumentException(
					"The authorization request is too large to be kept in a cookie: it takes " + size
							+ " bytes, and browsers accept " + MAX_COOKIE_SIZE
							+ ". Give it fewer attributes or shorter "
							+ "additional parameters, or keep pending logins in a store (oauth2-state.store=redis or jdbc).");
		}
		return this.cookies.makeRoom(browser, now, size).map((eviction) -> {
			List<ResponseCookie> cookies = new ArrayList<>(eviction.cookies());
			cookies.add(issued);
			LoginKeys keys = LoginKeys.of(this.settings.namespace(), state, cookie.secret());
			return new BegunInCookie(cookies, eviction.pending(), CorrelationId.of(keys.key()));
		});
	}

	private static String state(OAuth2AuthorizationRequest request) {
		String state = request.getState();
		if (state == null || !isState(state)) {
			throw new IllegalArgumentException(
					"The state of an authorization request has 1 to " + MAX_STATE_LENGTH + " characters.");
		}
		return state;
	}

	private void requireSecureIfPosted(BindingCookie cookie, BrowserRequest browser) {
		if (cookie.callbackPath() != null && !this.cookies.isSecure(browser)) {
			throw new IllegalArgumentException("response_mode=form_post needs https: the binding cookie must go with a "
					+ "cross-site POST, and browsers allow that for secure cookies only. Behind a proxy that ends TLS, "
					+ "set server.forward-headers-strategy.");
		}
	}

	private byte[] record(OAuth2AuthorizationRequest request, Instant begun) {
		byte[] content = this.codec.encode(request);
		return ByteBuffer.allocate(Long.BYTES + content.length).putLong(begun.toEpochMilli()).put(content).array();
	}

	/**
	 * Recognizes the callback of a login that this browser began.
	 * @param state the state that came with it
	 * @param browser the HTTP request
	 * @return the callback, or empty if the browser has no binding cookie for the state,
	 * and then the store is not to be asked
	 */
	public Optional<LoginCallback> callback(String state, BrowserRequest browser) {
		if (!isState(state)) {
			return Optional.empty();
		}
		return this.cookies.find(browser, state)
			.map((cookie) -> new LoginCallback(state, browser, cookie,
					LoginKeys.of(this.settings.namespace(), state, cookie.secret()), this));
	}

	/**
	 * Recognizes the posted callback of a login that asked for one
	 * ({@code response_mode=form_post}), which carries no CSRF token: its state and its
	 * binding cookie are the protection.
	 * @param state the state that came with it
	 * @param browser the HTTP request
	 * @return whether it is one
	 */
	public boolean isPostedCallback(String state, BrowserRequest browser) {
		String path = browser.path().replaceFirst("\\?.*", "");
		return isState(state)
				&& this.cookies.find(browser, state).filter((cookie) -> path.equals(cookie.callbackPath())).isPresent();
	}

	private static boolean isState(String state) {
		return !state.isEmpty() && state.length() <= MAX_STATE_LENGTH;
	}

	boolean isExpired(Instant issued) {
		return issued.plus(this.settings.ttl()).isBefore(this.clock.instant());
	}

	/**
	 * Returns how long ago a login began. The clock of the instance that began it may go
	 * wrong, so what cannot be is made what can.
	 */
	Duration since(Instant begun) {
		Duration since = Duration.between(begun, this.clock.instant());
		if (since.isNegative()) {
			return Duration.ZERO;
		}
		return (since.compareTo(this.settings.ttl()) > 0) ? this.settings.ttl() : since;
	}

	Optional<byte[]> openCookie(String state, BindingCookie cookie) {
		return (this.cookieRecords != null) ? this.cookieRecords.open(state, cookie.secret()) : Optional.empty();
	}

	AuthorizationRequestCodec codec() {
		return this.codec;
	}

	BindingCookies cookies() {
		return this.cookies;
	}

	RestartGuard guard() {
		return this.guard;
	}

}
