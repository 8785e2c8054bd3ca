package io.github.oauth2state.login;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.util.UriUtils;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Recognizes callbacks that the browser posts (OAuth 2.0 Form Post Response Mode).
 * Thread-safe.
 */
final class FormPostCallbacks {

	private static final String RESPONSE_MODE = "response_mode=";

	/**
	 * With more paths, the record of each posted callback is read first.
	 */
	private static final int MAX_PATHS = 256;

	private final BindingCookieJar jar;

	private final Set<String> paths = ConcurrentHashMap.newKeySet();

	FormPostCallbacks(BindingCookieJar jar) {
		this.jar = jar;
	}

	/**
	 * Returns the path to which the callback of a login is posted, or {@code null} if the
	 * callback is a GET.
	 */
	static @Nullable String callbackPath(OAuth2AuthorizationRequest request) {
		boolean posted = isFormPost(request) && request.getRedirectUri() != null;
		return posted ? URI.create(request.getRedirectUri()).getRawPath() : null;
	}

	/**
	 * Returns whether the provider is asked to let the browser post the callback. The URI
	 * that the browser is sent to decides: additional parameters, a customizer of the URI
	 * and the query of the provider's own endpoint all end up there.
	 */
	private static boolean isFormPost(OAuth2AuthorizationRequest request) {
		String uri = request.getAuthorizationRequestUri();
		if (uri == null || !uri.contains(RESPONSE_MODE)) {
			return false;
		}
		String query = uri.substring(uri.indexOf('?') + 1).split("#", 2)[0];
		for (String parameter : query.split("&", -1)) {
			if (parameter.startsWith(RESPONSE_MODE) && "form_post".equals(decodeValue(parameter))) {
				return true;
			}
		}
		return false;
	}

	private static String decodeValue(String parameter) {
		String value = parameter.substring(RESPONSE_MODE.length());
		try {
			return UriUtils.decode(value, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return value;
		}
	}

	/**
	 * Expects that callbacks are posted to a path.
	 * @param path the path, or {@code null} if the callback is a GET
	 * @param browser the request that starts the login
	 * @throws IllegalArgumentException if the binding cookie would not be sent with them
	 */
	void expect(@Nullable String path, BrowserRequest browser) {
		if (path == null) {
			return;
		}
		if (!this.jar.isSecure(browser)) {
			throw new IllegalArgumentException("response_mode=form_post needs https: the binding cookie must go with a "
					+ "cross-site POST, and browsers allow that for secure cookies only. Behind a proxy that ends TLS, "
					+ "set server.forward-headers-strategy.");
		}
		remember(path);
	}

	boolean mayBeCallback(BrowserRequest browser) {
		return this.jar.isSecure(browser) && this.jar.hasPostedTo(browser, path(browser));
	}

	boolean isCallback(LoginCallback callback, Function<? super StateKey, Optional<byte[]>> store) {
		String path = path(callback.browser());
		if (!callback.isPostedTo(path)) {
			return false;
		}
		if (this.paths.contains(path)) {
			return true;
		}
		boolean posted = callback.peek(store).filter((request) -> path.equals(callbackPath(request))).isPresent();
		if (posted) {
			remember(path);
		}
		return posted;
	}

	private void remember(String path) {
		if (this.paths.size() < MAX_PATHS) {
			this.paths.add(path);
		}
	}

	private static String path(BrowserRequest browser) {
		int query = browser.path().indexOf('?');
		return (query < 0) ? browser.path() : browser.path().substring(0, query);
	}

}
