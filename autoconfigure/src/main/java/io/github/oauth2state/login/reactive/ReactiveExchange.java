package io.github.oauth2state.login.reactive;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.session.WebSessionIdResolver;
import reactor.core.publisher.Mono;

import io.github.oauth2state.web.WebExchange;

/**
 * A reactive request and its answer.
 */
final class ReactiveExchange extends WebExchange {

	private final ServerWebExchange exchange;

	private volatile NamedSession session = NamedSession.NOT_SENT_OR_UNKNOWN;

	ReactiveExchange(ServerWebExchange exchange) {
		this.exchange = exchange;
	}

	ServerWebExchange exchange() {
		return this.exchange;
	}

	@Override
	public String method() {
		return request().getMethod().name();
	}

	@Override
	public String scheme() {
		return Objects.requireNonNullElse(uri().getScheme(), "http");
	}

	@Override
	public String host() {
		return Objects.requireNonNullElse(uri().getHost(), "");
	}

	@Override
	public int port() {
		return (uri().getPort() >= 0) ? uri().getPort() : isSecure() ? 443 : 80;
	}

	@Override
	public String path() {
		return request().getPath().value();
	}

	@Override
	public @Nullable String query() {
		return uri().getRawQuery();
	}

	@Override
	public String contextPath() {
		return request().getPath().contextPath().value();
	}

	@Override
	public List<String> headers(String name) {
		return request().getHeaders().getOrEmpty(name);
	}

	@Override
	public List<String> parameters(String name) {
		return request().getQueryParams()
			.getOrDefault(name, List.of())
			.stream()
			.map((value) -> Objects.requireNonNullElse(value, ""))
			.toList();
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.exchange.getAttribute(name);
	}

	@Override
	public void setAttribute(String name, Object value) {
		this.exchange.getAttributes().put(name, value);
	}

	@Override
	public boolean isCommitted() {
		return response().isCommitted();
	}

	@Override
	public void setStatus(HttpStatus status) {
		response().setStatusCode(status);
	}

	@Override
	public void setHeader(String name, String value) {
		response().getHeaders().set(name, value);
	}

	@Override
	public void addHeader(String name, String value) {
		response().getHeaders().add(name, value);
	}

	@Override
	public void addCookies(Iterable<ResponseCookie> cookies) {
		if (!isCommitted()) {
			cookies.forEach(response()::addCookie);
		}
	}

	@Override
	public NamedSession namedSession() {
		return this.session;
	}

	/**
	 * Finds out whether the app still knows the session that the request names. A request
	 * without one tells nothing: WebFlux deletes the cookie of a session that an instance
	 * does not know.
	 */
	Mono<Void> lookUpSession() {
		ApplicationContext context = this.exchange.getApplicationContext();
		WebSessionIdResolver ids = (context != null) ? context.getBeanProvider(WebSessionIdResolver.class).getIfUnique()
				: null;
		boolean sent = ids != null && !ids.resolveSessionIds(this.exchange).isEmpty();
		NamedSession missing = sent ? NamedSession.UNKNOWN : NamedSession.NOT_SENT_OR_UNKNOWN;
		return this.exchange.getSession()
			.doOnNext((found) -> this.session = found.isStarted() ? NamedSession.KNOWN : missing)
			.then();
	}

	/**
	 * Redirects the browser.
	 * @param path a path with the context path
	 */
	void redirect(String path) {
		setStatus(HttpStatus.FOUND);
		setHeader(HttpHeaders.LOCATION, path);
	}

	Mono<Void> write(String body) {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		return response().writeWith(Mono.fromSupplier(() -> response().bufferFactory().wrap(bytes)));
	}

	@Override
	protected Map<String, String> cookies() {
		Map<String, String> byName = new HashMap<>();
		request().getCookies().forEach((name, cookies) -> byName.put(name, cookies.get(0).getValue()));
		return byName;
	}

	@Override
	protected boolean isSecure() {
		return "https".equalsIgnoreCase(uri().getScheme());
	}

	@Override
	protected @Nullable String remoteAddress() {
		InetSocketAddress address = request().getRemoteAddress();
		return (address != null) ? address.getHostString() : null;
	}

	private URI uri() {
		return request().getURI();
	}

	private ServerHttpRequest request() {
		return this.exchange.getRequest();
	}

	private ServerHttpResponse response() {
		return this.exchange.getResponse();
	}

}
