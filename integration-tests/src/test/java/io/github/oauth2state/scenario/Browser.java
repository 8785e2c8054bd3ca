package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A browser with a cookie jar, which reaches {@code app.example} through a proxy that
 * sends each request to the instance that the test wants. Follows no redirect by itself.
 */
public final class Browser {

	private static final HttpClient HTTP = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.followRedirects(HttpClient.Redirect.NEVER)
		.build();

	private static final String APP_HOST = "app.example";

	private static final AtomicInteger number = new AtomicInteger();

	private final String scheme;

	private final Map<String, String> cookies = new LinkedHashMap<>();

	private final Map<String, String> headers = new LinkedHashMap<>();

	private String user = "alice";

	private Browser(String scheme) {
		this.scheme = scheme;
		this.headers.put("User-Agent", "Browser/" + number.incrementAndGet());
	}

	public static Browser overHttp() {
		return new Browser("http");
	}

	public static Browser overHttps() {
		return new Browser("https");
	}

	public Browser header(String name, String value) {
		this.headers.put(name, value);
		return this;
	}

	/**
	 * Says who is signed in at the provider, which is Alice otherwise.
	 */
	public Browser as(String user) {
		this.user = user;
		return this;
	}

	public Map<String, String> cookies() {
		return this.cookies;
	}

	public Browser copy() {
		Browser copy = new Browser(this.scheme);
		copy.cookies.putAll(this.cookies);
		copy.headers.putAll(this.headers);
		copy.user = this.user;
		return copy;
	}

	/**
	 * Opens a page and keeps the cookies that it sets, if it is one of the app.
	 */
	public Page open(Reachable instance, String url) {
		Page page = send(instance, url, null);
		if (APP_HOST.equals(resolve(url).getHost())) {
			accept(page);
		}
		return page;
	}

	public Page post(Reachable instance, String url, String form) {
		Page page = send(instance, url, form);
		accept(page);
		return page;
	}

	/**
	 * Opens a page and leaves the jar as it is, for answers that the test applies in an
	 * order of its own.
	 */
	public Page send(Reachable instance, String url, @Nullable String form) {
		return send(instance, (form != null) ? "POST" : "GET", url, form);
	}

	Page send(Reachable instance, String method, String url, @Nullable String form) {
		URI uri = resolve(url);
		boolean app = APP_HOST.equals(uri.getHost());
		URI target = app ? URI.create("http://localhost:" + instance.port() + pathAndQuery(uri)) : uri;
		HttpRequest.Builder request = HttpRequest.newBuilder(target)
			.timeout(Duration.ofSeconds(60))
			.header("Accept", "text/html");
		if (app) {
			request.setHeader("X-Forwarded-Host", APP_HOST).setHeader("X-Forwarded-Proto", this.scheme);
			this.headers.forEach(request::setHeader);
			if (!this.cookies.isEmpty()) {
				request.header("Cookie",
						this.cookies.entrySet()
							.stream()
							.map((cookie) -> cookie.getKey() + "=" + cookie.getValue())
							.collect(Collectors.joining("; ")));
			}
		}
		else {
			request.header(IdentityProvider.USER_HEADER, this.user);
		}
		if (form != null) {
			request.header("Content-Type", "application/x-www-form-urlencoded");
		}
		request.method(method,
				(form != null) ? HttpRequest.BodyPublishers.ofString(form) : HttpRequest.BodyPublishers.noBody());
		try {
			HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
			return new Page(response.statusCode(),
					response.headers().firstValue("Location").map((to) -> absolute(uri, to)).orElse(null),
					response.headers().allValues("Set-Cookie"),
					String.join(", ", response.headers().allValues("Cache-Control")), response.body());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Makes a location absolute that begins at the root of its host, as WebFlux sends it.
	 */
	private static String absolute(URI page, String location) {
		boolean path = location.startsWith("/") && !location.startsWith("//");
		return path ? page.getScheme() + "://" + page.getAuthority() + location : location;
	}

	private URI resolve(String url) {
		return URI.create(this.scheme + "://" + APP_HOST).resolve(url);
	}

	private static String pathAndQuery(URI uri) {
		return (uri.getRawQuery() != null) ? uri.getRawPath() + "?" + uri.getRawQuery() : uri.getRawPath();
	}

	public void accept(Page page) {
		for (String cookie : page.setCookies()) {
			String pair = cookie.split(";", 2)[0];
			int equals = pair.indexOf('=');
			if (cookie.contains("Max-Age=0")) {
				this.cookies.remove(pair.substring(0, equals));
			}
			else {
				this.cookies.put(pair.substring(0, equals), pair.substring(equals + 1));
			}
		}
	}

	/**
	 * Begins a login and goes to the provider.
	 * @return the callback URL that the provider sends the browser to
	 */
	public String begin(Reachable instance, String path) {
		Page begun = open(instance, path);
		if (begun.location() == null || !begun.location().contains("/oauth2/authorize?")) {
			throw new IllegalStateException("Not sent to the provider: " + begun);
		}
		String callback = send(instance, begun.location(), null).location();
		if (callback == null) {
			throw new IllegalStateException("Not sent back by the provider");
		}
		return callback;
	}

	/**
	 * Logs out as Spring Security's own page does.
	 */
	public void logOut(Reachable instance) {
		String token = open(instance, "/logout").body()
			.replaceFirst("(?s).*name=\"_csrf\"[^>]*value=\"([^\"]*)\".*", "$1");
		post(instance, "/logout", "_csrf=" + token);
	}

	/**
	 * Opens a page and follows its redirects, through the provider too.
	 */
	public Page follow(Reachable instance, String url) {
		List<String> visited = new ArrayList<>();
		Page page = open(instance, url);
		while (page.location() != null) {
			visited.add(page.location());
			if (visited.size() > 20) {
				throw new IllegalStateException("Redirected without end: " + visited);
			}
			page = open(instance, page.location());
		}
		return page;
	}

	public boolean isSignedIn(Reachable instance) {
		return signedInAs(instance).equals("alice");
	}

	/**
	 * Returns the name of the user, or nothing if there is none.
	 */
	public String signedInAs(Reachable instance) {
		Page me = send(instance, "/me", null);
		return (me.status() == 200) ? me.body() : "";
	}

	/**
	 * What came back.
	 *
	 * @param status the status
	 * @param location where it redirects to
	 * @param setCookies the cookies that it sets, as headers
	 * @param cacheControl how caches may keep it
	 * @param body the body
	 */
	public record Page(int status, @Nullable String location, List<String> setCookies, String cacheControl,
			String body) {

		public boolean setsCookie(String name) {
			return this.setCookies.stream().anyMatch((cookie) -> cookie.startsWith(name + "="));
		}

	}

}
