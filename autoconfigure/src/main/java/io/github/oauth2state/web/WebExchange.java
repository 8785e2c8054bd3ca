package io.github.oauth2state.web;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * An HTTP request and its answer, on any web stack.
 */
public abstract class WebExchange {

	/**
	 * Returns the method of the request.
	 * @return its name
	 */
	public abstract String method();

	/**
	 * Returns the scheme of the request, as far as the app knows.
	 * @return the scheme
	 */
	public abstract String scheme();

	/**
	 * Returns the host that the request names.
	 * @return the name of the host
	 */
	public abstract String host();

	/**
	 * Returns the port that the request names, or else that of its scheme.
	 * @return the port
	 */
	public abstract int port();

	/**
	 * Returns the path of the request with the context path, as it was sent.
	 * @return the path
	 */
	public abstract String path();

	/**
	 * Returns the query of the request, as it was sent.
	 * @return the query, or {@code null} if there is none
	 */
	public abstract @Nullable String query();

	/**
	 * Returns the path of the app on its host.
	 * @return the context path, possibly empty
	 */
	public abstract String contextPath();

	/**
	 * Returns the values of a header.
	 * @param name its name
	 * @return the values, none if it was not sent
	 */
	public abstract List<String> headers(String name);

	/**
	 * Returns the values of a parameter of a callback, in its query or in its form.
	 * @param name its name
	 * @return the values, none if it was not sent
	 */
	public abstract List<String> parameters(String name);

	/**
	 * Returns an attribute of the request.
	 * @param name its name
	 * @return its value, or {@code null} if there is none
	 */
	public abstract @Nullable Object attribute(String name);

	/**
	 * Sets an attribute of the request.
	 * @param name its name
	 * @param value its value
	 */
	public abstract void setAttribute(String name, Object value);

	/**
	 * Returns whether the answer has been sent, at least in part.
	 * @return whether it can no longer be changed
	 */
	public abstract boolean isCommitted();

	/**
	 * Sets the status of the answer.
	 * @param status the status
	 */
	public abstract void setStatus(HttpStatus status);

	/**
	 * Sets a header of the answer.
	 * @param name its name
	 * @param value its value
	 */
	public abstract void setHeader(String name, String value);

	/**
	 * Adds a header to the answer.
	 * @param name its name
	 * @param value its value
	 */
	public abstract void addHeader(String name, String value);

	/**
	 * Adds cookies to the answer.
	 * @param cookies the cookies
	 */
	public abstract void addCookies(Iterable<ResponseCookie> cookies);

	/**
	 * Returns the cookies of the request, as the server reads them.
	 * @return the first of each name, by name
	 */
	protected abstract Map<String, String> cookies();

	/**
	 * Returns whether the request came by https, as far as the app knows.
	 * @return whether it did
	 */
	protected abstract boolean isSecure();

	/**
	 * Returns the address of the sender.
	 * @return the address, or {@code null} if it is not known
	 */
	protected abstract @Nullable String remoteAddress();

	/**
	 * Returns whether the app still knows the session that the request names.
	 * @return what is known of it
	 */
	public abstract NamedSession namedSession();

	/**
	 * Returns the parts of the request that matter to a pending login.
	 * @return the request
	 */
	public final BrowserRequest browser() {
		String query = query();
		return new BrowserRequest(isSecure(), (query != null) ? path() + "?" + query : path(),
				"cross-site".equals(header("Sec-Fetch-Site")), ProtectedCookies.of(this));
	}

	/**
	 * Tells senders apart by headers, which need not be those of trusted proxies.
	 * @return the same number for all requests of a browser; other browsers may share it
	 */
	public final int sender() {
		return Objects.hash(remoteAddress(), header("X-Forwarded-For"), header(HttpHeaders.USER_AGENT),
				header(HttpHeaders.ACCEPT_LANGUAGE));
	}

	/**
	 * Returns the first value of a header.
	 * @param name its name
	 * @return the value, or {@code null} if it was not sent
	 */
	protected @Nullable String header(String name) {
		List<String> values = headers(name);
		return values.isEmpty() ? null : values.get(0);
	}

	/**
	 * Returns the state of a callback. A state that is given twice, for example in the
	 * query and in the body, is ignored.
	 * @return the state, or empty if there is not exactly one
	 */
	public final Optional<String> state() {
		List<String> values = parameters(OAuth2ParameterNames.STATE);
		return (values.size() == 1) ? Optional.of(values.get(0)) : Optional.empty();
	}

	/**
	 * Returns whether the provider sent an error.
	 * @return whether it did
	 */
	public final boolean hasError() {
		return !parameters(OAuth2ParameterNames.ERROR).isEmpty();
	}

	/**
	 * Returns whether a user is to see the answer to the request, which is not so for
	 * scripts and images. A login that they start cannot be completed: its redirect leads
	 * to a page that no user sees. Browsers say so by Fetch Metadata; other clients are
	 * believed to show pages unless they clearly do not.
	 * @return whether a user is to see it
	 */
	public final boolean isNavigation() {
		return RequestPurpose.isNavigation(this);
	}

	/**
	 * Returns whether a browser prefetches a page, in case the user goes there: nobody
	 * wants to log in yet. A header that does not say so clearly is ignored, and so is
	 * one on a method that browsers do not prefetch.
	 * @return whether it does
	 */
	public final boolean isPrefetch() {
		return RequestPurpose.isPrefetch(this);
	}

	/**
	 * Refuses a prefetch. The answer must not be a success, not even one without content:
	 * browsers keep that, and have nothing to show when the user does go there.
	 */
	public final void refusePrefetch() {
		setStatus(HttpStatus.FORBIDDEN);
		setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		RequestPurpose.HEADERS.forEach((header) -> addHeader(HttpHeaders.VARY, header));
	}

	/**
	 * Whether the app still knows the session that a request names.
	 */
	public enum NamedSession {

		/**
		 * The request names no session.
		 */
		NOT_SENT,

		/**
		 * This instance has the session.
		 */
		KNOWN,

		/**
		 * This instance does not have the session.
		 */
		UNKNOWN,

		/**
		 * The request names none, or this instance does not have it.
		 */
		NOT_SENT_OR_UNKNOWN

	}

}
