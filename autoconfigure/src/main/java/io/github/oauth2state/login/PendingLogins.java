package io.github.oauth2state.login;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Begins logins and recognizes their callbacks. It says what to store and what to look
 * for, and leaves the store itself to the caller, as a servlet waits for the store and a
 * reactive app does not. Thread-safe.
 */
public final class PendingLogins {

	private static final int MAX_STATE_LENGTH = 1024;

	/**
	 * Of more paths, each posted callback is looked up first.
	 */
	private static final int MAX_POSTED_CALLBACK_PATHS = 256;

	/**
	 * In bytes, with name and attributes (RFC 6265, section 6.1).
	 */
	private static final int MAX_COOKIE_SIZE = 4096;

	private final LoginSettings settings;

	private final AuthorizationRequestCodec codec;

	private final Clock clock;

	private final BindingCookies cookies;

	private final @Nullable CookieRecords cookieRecords;

	private final AttemptCounter restarts;

	private final AttemptCounter signIns;

	private final SavedRequestCookie savedRequest;

	private final RestartQuery restartQuery;

	private final RecentBegins recentBegins;

	private final Set<String> postedCallbackPaths = ConcurrentHashMap.newKeySet();

	private final LogoutMark logoutMark;

	PendingLogins(LoginSettings settings, AuthorizationRequestCodec codec, @Nullable Keyring cookieKeys, Clock clock) {
		this.settings = settings;
		this.codec = codec;
		this.clock = clock;
		this.cookies = new BindingCookies(settings);
		this.cookieRecords = (cookieKeys != null) ? new CookieRecords(cookieKeys, settings.namespace()) : null;
		this.restarts = new AttemptCounter(settings, "retry-" + this.cookies.app());
		this.signIns = new AttemptCounter(settings, "signed-in-" + this.cookies.app());
		this.savedRequest = new SavedRequestCookie(settings, this.cookies.app());
		this.restartQuery = new RestartQuery(settings.namespace());
		this.recentBegins = new RecentBegins(settings.maxPendingPerBrowser(), System::nanoTime);
		this.logoutMark = new LogoutMark(settings);
	}

	/**
	 * Begins a login while nobody is signed in.
	 * @param request the authorization request
	 * @param browser the HTTP request that begins it
	 * @return as for a user
	 */
	public Optional<BegunLogin> begin(OAuth2AuthorizationRequest request, BrowserRequest browser) {
		return begin(request, browser, null, null);
	}

	/**
	 * Begins a login.
	 * @param request the authorization request
	 * @param browser the HTTP request that begins it
	 * @param user the name of who is signed in, or {@code null} if nobody is
	 * @param savedRequest the path and query that the user had asked for, or {@code null}
	 * if the app keeps them
	 * @return what to store, or empty if the login is not to be kept: another site caused
	 * it, and the browser has as many pending logins as it may
	 * @throws IllegalArgumentException if the authorization request cannot be stored
	 */
	public Optional<BegunLogin> begin(OAuth2AuthorizationRequest request, BrowserRequest browser, @Nullable String user,
			@Nullable String savedRequest) {
		String state = state(request);
		Instant now = this.clock.instant();
		BindingCookie cookie = cookie(request, state, browser, now);
		ResponseCookie issued = this.cookies.issue(browser, state, cookie);
		return makeRoom(browser, now, issued).map((eviction) -> {
			LoginKeys keys = LoginKeys.of(this.settings.namespace(), state, cookie.secret());
			return new BegunLogin(keys.key(),
					Seal.seal(keys.sealingKey(), record(request, now, user, savedRequest).write()), this.settings.ttl(),
					eviction.cookies(), eviction.pending());
		});
	}

	private BindingCookie cookie(OAuth2AuthorizationRequest request, String state, BrowserRequest browser,
			Instant now) {
		BindingCookie cookie = BindingCookie.begin(request, browser.path(), this.cookies.app(),
				this.restartQuery.seal(browser.path(), state), now);
		if (cookie.callbackPath() != null) {
			requireSecure(browser);
			rememberPosted(cookie.callbackPath());
		}
		return cookie;
	}

	/**
	 * Makes room for a cookie, and adds it to those that go.
	 */
	private Optional<BindingCookies.Eviction> makeRoom(BrowserRequest browser, Instant now, ResponseCookie issued) {
		int size = issued.getName().length() + issued.getValue().length();
		return this.cookies.makeRoom(browser, now, size).map((eviction) -> {
			List<ResponseCookie> cookies = new ArrayList<>(eviction.cookies());
			cookies.add(issued);
			return new BindingCookies.Eviction(cookies, eviction.pending());
		});
	}

	/**
	 * Begins a login whose record the browser keeps, while nobody is signed in.
	 * @param request the authorization request
	 * @param browser the HTTP request that begins it
	 * @return as for a user
	 */
	public Optional<BegunInCookie> beginInCookie(OAuth2AuthorizationRequest request, BrowserRequest browser) {
		return beginInCookie(request, browser, null, null);
	}

	/**
	 * Begins a login whose record the browser keeps.
	 * @param request the authorization request
	 * @param browser the HTTP request that begins it
	 * @param user the name of who is signed in, or {@code null} if nobody is
	 * @param savedRequest the path and query that the user had asked for, or {@code null}
	 * if the app keeps them. They are left out if the cookie would be too large
	 * @return what to tell the browser, or empty if the login is not to be kept: another
	 * site caused it, and the browser has as many pending logins as it may
	 * @throws IllegalArgumentException if the authorization request cannot be stored, or
	 * is too large for a cookie
	 * @throws IllegalStateException if there are no keys to seal it under
	 */
	public Optional<BegunInCookie> beginInCookie(OAuth2AuthorizationRequest request, BrowserRequest browser,
			@Nullable String user, @Nullable String savedRequest) {
		if (this.cookieRecords == null) {
			throw new IllegalStateException("There are no keys in oauth2-state.cookie.keys");
		}
		String state = state(request);
		Instant now = this.clock.instant();
		BindingCookie cookie = cookie(request, state, browser, now);
		LoginRecord login = record(request, now, user, savedRequest);
		BindingCookie carrying = cookie.carrying(this.cookieRecords.seal(state, login.write()));
		ResponseCookie issued = this.cookies.issue(browser, state, carrying);
		if (savedRequest != null && issued.toString().length() > MAX_COOKIE_SIZE) {
			carrying = cookie.carrying(this.cookieRecords.seal(state, login.withoutSavedRequest().write()));
			issued = this.cookies.issue(browser, state, carrying);
		}
		String secret = carrying.secret();
		int size = issued.toString().length();
		if (size > MAX_COOKIE_SIZE) {
			throw new IllegalArgumentException(
					"The authorization request is too large to be kept in a cookie: it takes " + size
							+ " bytes, and browsers accept " + MAX_COOKIE_SIZE
							+ ". Give it fewer attributes or shorter "
							+ "additional parameters, or keep pending logins in a store (oauth2-state.store=redis or jdbc).");
		}
		return makeRoom(browser, now, issued).map((eviction) -> {
			LoginKeys keys = LoginKeys.of(this.settings.namespace(), state, secret);
			return new BegunInCookie(eviction.cookies(), eviction.pending(), CorrelationId.of(keys.key()));
		});
	}

	/**
	 * Clears cookies that other requests of the browser were given at the same time, if
	 * they and the new one are too many. To be called just before the browser is told.
	 * @param browser the HTTP request that begins a login
	 * @param issued the cookies that the browser is told, the new one as the last
	 * @return the cookies that clear others
	 */
	public List<ResponseCookie> clearUnseen(BrowserRequest browser, List<ResponseCookie> issued) {
		ResponseCookie cookie = issued.get(issued.size() - 1);
		int size = cookie.getName().length() + cookie.getValue().length();
		return this.recentBegins
			.add(browser.sender(), cookie.getName(), size, browser.received(), browser.cookies().keySet())
			.stream()
			.map((name) -> this.cookies.clear(browser, name))
			.toList();
	}

	private static String state(OAuth2AuthorizationRequest request) {
		String state = request.getState();
		if (state == null || !isState(state)) {
			throw new IllegalArgumentException(
					"The state of an authorization request has 1 to " + MAX_STATE_LENGTH + " characters.");
		}
		return state;
	}

	private void requireSecure(BrowserRequest browser) {
		if (!this.cookies.isSecure(browser)) {
			throw new IllegalArgumentException("response_mode=form_post needs https: the binding cookie must go with a "
					+ "cross-site POST, and browsers allow that for secure cookies only. Behind a proxy that ends TLS, "
					+ "set server.forward-headers-strategy.");
		}
	}

	private LoginRecord record(OAuth2AuthorizationRequest request, Instant begun, @Nullable String user,
			@Nullable String savedRequest) {
		return new LoginRecord(begun, this.codec.encode(request), savedRequest, LoginRecord.owner(user));
	}

	/**
	 * Ends the authorizations that this browser began before anybody was signed in.
	 * @param browser the HTTP request that logs a user out
	 * @return what to tell the browser, if there are any
	 */
	public Optional<ResponseCookie> logout(BrowserRequest browser) {
		return this.logoutMark.mark(browser);
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
	 * Tells whether a posted request can be the callback of a login that asked for one
	 * ({@code response_mode=form_post}), so that its body may be read. A cookie can be
	 * planted, so this is no reason to trust the request.
	 * @param browser the HTTP request
	 * @return whether it came by https to the callback path in one of its binding cookies
	 */
	public boolean mayBePostedCallback(BrowserRequest browser) {
		return this.cookies.isSecure(browser) && this.cookies.mayBePosted(browser, path(browser));
	}

	/**
	 * Tells whether a posted request is the callback of a login that asked for one. It
	 * carries no CSRF token, so this rests on what the app knows by itself: that it lets
	 * callbacks be posted to this path, from logins that began here or else from the
	 * sealed record.
	 * @param callback the callback
	 * @param store reads a record and leaves it where it is
	 * @return whether it is one
	 */
	public boolean isPostedCallback(LoginCallback callback, Function<? super StateKey, Optional<byte[]>> store) {
		String path = path(callback.browser());
		if (!callback.isPostedTo(path)) {
			return false;
		}
		if (this.postedCallbackPaths.contains(path)) {
			return true;
		}
		boolean posted = callback.peek(store)
			.filter((request) -> path.equals(BindingCookie.callbackPath(request)))
			.isPresent();
		if (posted) {
			rememberPosted(path);
		}
		return posted;
	}

	private void rememberPosted(String path) {
		if (this.postedCallbackPaths.size() < MAX_POSTED_CALLBACK_PATHS) {
			this.postedCallbackPaths.add(path);
		}
	}

	private static String path(BrowserRequest browser) {
		int query = browser.path().indexOf('?');
		return (query < 0) ? browser.path() : browser.path().substring(0, query);
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

	Duration ttl() {
		return this.settings.ttl();
	}

	AuthorizationRequestCodec codec() {
		return this.codec;
	}

	BindingCookies cookies() {
		return this.cookies;
	}

	RestartQuery restartQuery() {
		return this.restartQuery;
	}

	AttemptCounter restarts() {
		return this.restarts;
	}

	/**
	 * Returns what counts how often a browser was signed in since it last showed that it
	 * is.
	 * @return the counter
	 */
	public AttemptCounter signIns() {
		return this.signIns;
	}

	/**
	 * Returns where the page is kept that a user asked for, until the login begins.
	 * @return the cookie
	 */
	public SavedRequestCookie savedRequest() {
		return this.savedRequest;
	}

	LogoutMark logoutMark() {
		return this.logoutMark;
	}

}
