package io.github.oauth2state.login.servlet;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.util.Assert;

import io.github.oauth2state.web.WebExchange;

/**
 * A servlet request and its answer.
 */
final class ServletExchange extends WebExchange {

	private final HttpServletRequest request;

	private final @Nullable HttpServletResponse response;

	/**
	 * Creates an exchange whose answer is not to be changed.
	 */
	ServletExchange(HttpServletRequest request) {
		this(request, null);
	}

	ServletExchange(HttpServletRequest request, @Nullable HttpServletResponse response) {
		this.request = request;
		this.response = response;
	}

	HttpServletRequest request() {
		return this.request;
	}

	HttpServletResponse response() {
		Assert.state(this.response != null, "The answer is not known here");
		return this.response;
	}

	@Override
	public String method() {
		return this.request.getMethod();
	}

	@Override
	public String scheme() {
		return this.request.getScheme();
	}

	@Override
	public String host() {
		return this.request.getServerName();
	}

	@Override
	public int port() {
		return this.request.getServerPort();
	}

	@Override
	public String path() {
		return this.request.getRequestURI();
	}

	@Override
	public @Nullable String query() {
		return this.request.getQueryString();
	}

	@Override
	public String contextPath() {
		return this.request.getContextPath();
	}

	@Override
	protected @Nullable String header(String name) {
		return this.request.getHeader(name);
	}

	@Override
	public List<String> headers(String name) {
		return Collections.list(this.request.getHeaders(name));
	}

	@Override
	public List<String> parameters(String name) {
		String[] values = this.request.getParameterValues(name);
		return (values != null) ? List.of(values) : List.of();
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.request.getAttribute(name);
	}

	@Override
	public void setAttribute(String name, Object value) {
		this.request.setAttribute(name, value);
	}

	@Override
	public boolean isCommitted() {
		return response().isCommitted();
	}

	@Override
	public void setStatus(HttpStatus status) {
		response().setStatus(status.value());
	}

	@Override
	public void setHeader(String name, String value) {
		response().setHeader(name, value);
	}

	@Override
	public void addHeader(String name, String value) {
		response().addHeader(name, value);
	}

	@Override
	public void addCookies(Iterable<ResponseCookie> cookies) {
		cookies.forEach((cookie) -> response().addHeader(HttpHeaders.SET_COOKIE, cookie.toString()));
	}

	@Override
	public NamedSession namedSession() {
		if (this.request.getRequestedSessionId() == null) {
			return NamedSession.NOT_SENT;
		}
		return this.request.isRequestedSessionIdValid() ? NamedSession.KNOWN : NamedSession.UNKNOWN;
	}

	@Override
	protected Map<String, String> cookies() {
		Cookie @Nullable [] cookies = this.request.getCookies();
		if (cookies == null) {
			return Map.of();
		}
		Map<String, String> byName = new HashMap<>();
		for (Cookie cookie : cookies) {
			byName.putIfAbsent(cookie.getName(), cookie.getValue());
		}
		return byName;
	}

	@Override
	protected boolean isSecure() {
		return this.request.isSecure();
	}

	@Override
	protected @Nullable String remoteAddress() {
		return this.request.getRemoteAddr();
	}

}
