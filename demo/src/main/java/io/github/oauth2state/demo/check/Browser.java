package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Requests pages, one redirect at a time.
 */
final class Browser {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	/** Cookies make a browser; connections may be shared. */
	private static final HttpClient CONNECTIONS = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.build();

	private final CookieJar cookies;

	Browser() {
		this(new CookieJar(Clock.systemUTC()));
	}

	private Browser(CookieJar cookies) {
		this.cookies = cookies;
	}

	/**
	 * Returns another browser with the same cookies.
	 * @return a browser whose further doings do not concern this one
	 */
	Browser copy() {
		return new Browser(this.cookies.copy());
	}

	/**
	 * Opens a page.
	 * @param uri its URL
	 * @return the page; a redirect is not followed
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	Page get(URI uri) throws IOException, InterruptedException {
		return send(request(uri).build());
	}

	/**
	 * Sends a form.
	 * @param uri its URL
	 * @param form its encoded fields
	 * @return the page; a redirect is not followed
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	Page post(URI uri, String form) throws IOException, InterruptedException {
		return send(form(uri, form));
	}

	/**
	 * Requests a page, at the same time as others if called repeatedly, and leaves the
	 * cookies of the answer to {@link #accept}.
	 * @param uri its URL
	 * @return the page, once it is there
	 */
	CompletableFuture<Page> getLater(URI uri) {
		return sendLater(request(uri).build());
	}

	/**
	 * Sends a form as {@link #getLater} requests a page.
	 * @param uri its URL
	 * @param form its encoded fields
	 * @return the page, once it is there
	 */
	CompletableFuture<Page> postLater(URI uri, String form) {
		return sendLater(form(uri, form));
	}

	private static CompletableFuture<Page> sendLater(HttpRequest request) {
		return CONNECTIONS.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(Page::of);
	}

	void accept(Page page) {
		this.cookies.accept(page.uri(), page.cookies());
	}

	private Page send(HttpRequest request) throws IOException, InterruptedException {
		Page page = Page.of(CONNECTIONS.send(request, HttpResponse.BodyHandlers.ofString()));
		accept(page);
		return page;
	}

	private HttpRequest form(URI uri, String form) {
		return request(uri).header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form))
			.build();
	}

	private HttpRequest.Builder request(URI uri) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri)
			.timeout(TIMEOUT)
			.header("Accept", "text/html,*/*;q=0.8");
		String cookies = this.cookies.header(uri);
		return cookies.isEmpty() ? request : request.header("Cookie", cookies);
	}

}
