package io.github.oauth2state.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes many calls at once for a user whose browser runs no script.
 * <p>
 * Where they go is configured: {@code sample.balancer-url}, or else this instance itself.
 * Nothing of the request has a say in it, its {@code Host} least of all, since the calls
 * carry the user's session. Redirects are not followed, and nothing else of the request
 * is passed on.
 */
@Component
class TokenCalls {

	static final int CALLS = 20;

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

	/** Longer than a request waits for another one's refresh. */
	private static final Duration TIMEOUT = Duration.ofSeconds(25);

	/** Each of them keeps threads of all instances busy. */
	private static final int USERS_AT_ONCE = 4;

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.followRedirects(HttpClient.Redirect.NEVER)
		.connectTimeout(CONNECT_TIMEOUT)
		.build();

	private final Semaphore users = new Semaphore(USERS_AT_ONCE);

	private final Environment environment;

	private final String balancer;

	private final String sessionCookie;

	private final JsonMapper json;

	TokenCalls(Environment environment, JsonMapper json, @Value("${sample.balancer-url:}") String balancer,
			@Value("${sample.session-store:none}") String sessionStore) {
		this.environment = environment;
		this.json = json;
		this.balancer = balancer;
		this.sessionCookie = sessionStore.equals("none") ? "JSESSIONID" : "SESSION";
	}

	/**
	 * Makes the calls and waits for the answers.
	 * @param cookies returns the value of a cookie of the request, whose session is taken
	 * @param contextPath the path of this app, as configured: that of the request can be
	 * a forwarded prefix, which is anybody's
	 * @return what was answered, or empty if too many users are at it
	 */
	Optional<Tally> send(Function<String, @Nullable String> cookies, String contextPath) {
		if (!this.users.tryAcquire()) {
			return Optional.empty();
		}
		try {
			HttpRequest call = call(cookies.apply(this.sessionCookie), contextPath);
			List<CompletableFuture<@Nullable TokenInfo>> calls = IntStream.range(0, CALLS)
				.mapToObj((i) -> this.http.sendAsync(call, HttpResponse.BodyHandlers.ofString()).handle(this::answer))
				.toList();
			List<TokenInfo> answers = calls.stream().map(CompletableFuture::join).filter(Objects::nonNull).toList();
			return Optional.of(new Tally(answers, CALLS - answers.size()));
		}
		finally {
			this.users.release();
		}
	}

	/**
	 * Tells whether other instances are called, too.
	 */
	boolean reachAllInstances() {
		return StringUtils.hasText(this.balancer);
	}

	private HttpRequest call(@Nullable String session, String contextPath) {
		HttpRequest.Builder call = HttpRequest.newBuilder(target(contextPath)).timeout(TIMEOUT);
		if (session != null) {
			call.header("Cookie", this.sessionCookie + "=" + session);
		}
		return call.build();
	}

	private URI target(String contextPath) {
		String path = contextPath + "/api/token-info";
		return URI.create((reachAllInstances() ? StringUtils.trimTrailingCharacter(this.balancer, '/')
				: "http://localhost:" + this.environment.getRequiredProperty("local.server.port")) + path);
	}

	private @Nullable TokenInfo answer(@Nullable HttpResponse<String> response, @Nullable Throwable failure) {
		if (response == null || response.statusCode() != 200) {
			return null;
		}
		try {
			return this.json.readValue(response.body(), TokenInfo.class);
		}
		catch (JacksonException ex) {
			return null;
		}
	}

}
