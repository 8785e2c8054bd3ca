package io.github.oauth2state.login.reactive;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * A browser that keeps cookies and follows no redirects.
 */
final class ReactiveBrowser {

	final Map<String, String> cookies = new LinkedHashMap<>();

	private final WebTestClient client;

	private final String origin;

	ReactiveBrowser(ApplicationContext app) {
		this(app, "http://localhost");
	}

	ReactiveBrowser(ApplicationContext app, String origin) {
		this.client = WebTestClient.bindToApplicationContext(app).build();
		this.origin = origin;
	}

	EntityExchangeResult<String> get(String path) {
		return get(path, (headers) -> {
		});
	}

	EntityExchangeResult<String> get(String path, Consumer<HttpHeaders> headers) {
		return answer(this.client.get()
			.uri(URI.create(this.origin + path))
			.accept(MediaType.TEXT_HTML)
			.headers(headers)
			.cookies((all) -> this.cookies.forEach(all::add)));
	}

	EntityExchangeResult<String> post(String path, MultiValueMap<String, String> form) {
		return answer(this.client.post()
			.uri(URI.create(this.origin + path))
			.accept(MediaType.TEXT_HTML)
			.cookies((all) -> this.cookies.forEach(all::add))
			.body(BodyInserters.fromFormData(form)));
	}

	private EntityExchangeResult<String> answer(WebTestClient.RequestHeadersSpec<?> request) {
		EntityExchangeResult<String> answer = request.exchange().expectBody(String.class).returnResult();
		answer.getResponseCookies().values().forEach((all) -> all.forEach((cookie) -> {
			if (cookie.getMaxAge().isZero()) {
				this.cookies.remove(cookie.getName());
			}
			else {
				this.cookies.put(cookie.getName(), cookie.getValue());
			}
		}));
		return answer;
	}

	/**
	 * Begins a login and returns its state.
	 */
	String begin() {
		return state(get("/oauth2/authorization/idp"));
	}

	static String state(EntityExchangeResult<String> begin) {
		return Objects
			.requireNonNull(
					UriComponentsBuilder.fromUriString(location(begin)).build().getQueryParams().getFirst("state"))
			.replace("%3D", "=");
	}

	static String callback(String state) {
		return "/login/oauth2/code/idp?code=abc&state=" + state;
	}

	static String location(EntityExchangeResult<String> answer) {
		return Objects.requireNonNullElse(answer.getResponseHeaders().getFirst(HttpHeaders.LOCATION), "none");
	}

	boolean hasSession() {
		return this.cookies.containsKey("SESSION");
	}

}
