package io.github.oauth2state.logout;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AbstractOAuth2Token;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.web.client.ResourceAccessException;

import io.github.oauth2state.logout.RevocationRequest.Answer;
import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.tokens.TokenLogout;

/**
 * Revokes tokens at the provider (RFC 7009) in the background, so that no logout waits
 * for the provider. The refresh token comes first: most providers revoke the access token
 * with it. If the provider does not answer, tries again for a few seconds, and then gives
 * up. Thread-safe.
 */
final class TokenRevocation implements TokenLogout.LateTokens, DisposableBean {

	private static final Log logger = LogFactory.getLog(TokenRevocation.class);

	private static final int THREADS = 4;

	/**
	 * More users than this do not wait: their tokens expire by themselves.
	 */
	static final int MAX_PENDING = 1000;

	private static final List<Duration> RETRIES = List.of(Duration.ofSeconds(1), Duration.ofSeconds(4));

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final int MAX_WARNED = 100;

	private final SafeLog limitedLog = new SafeLog(TokenRevocation.class);

	private final RevocationEndpoints endpoints;

	private final RevocationRequest request;

	private final List<Duration> retries;

	private final ScheduledThreadPoolExecutor threads;

	private final AtomicInteger pending = new AtomicInteger();

	private final AtomicLong dropped = new AtomicLong();

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	TokenRevocation(RevocationEndpoints endpoints, RevocationRequest request) {
		this(endpoints, request, RETRIES);
	}

	/**
	 * Creates an object.
	 * @param endpoints knows the endpoints of providers
	 * @param request sends requests to them
	 * @param retries how long to wait before each further attempt
	 */
	TokenRevocation(RevocationEndpoints endpoints, RevocationRequest request, List<Duration> retries) {
		this.endpoints = endpoints;
		this.request = request;
		this.retries = retries;
		this.threads = new ScheduledThreadPoolExecutor(THREADS, TokenRevocation::thread);
		this.threads.setKeepAliveTime(30, TimeUnit.SECONDS);
		this.threads.allowCoreThreadTimeOut(true);
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "oauth2-state-revocation");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Revokes the tokens of a user, soon. Never fails and never waits.
	 * @param client the tokens, which are not used any more
	 */
	void revoke(OAuth2AuthorizedClient client) {
		ClientRegistration registration = client.getClientRegistration();
		Optional<String> obstacle = obstacle(registration);
		if (obstacle.isPresent()) {
			warnOnce(registration.getRegistrationId(), obstacle.get());
			return;
		}
		if (this.pending.incrementAndGet() > MAX_PENDING) {
			this.pending.decrementAndGet();
			drop(registration, "too many others wait for the provider");
			return;
		}
		submit(new Work(client, this.endpoints.find(registration).orElseThrow()), Duration.ZERO);
	}

	@Override
	public void discard(OAuth2AuthorizedClient client) {
		revoke(client);
	}

	/**
	 * Returns why the tokens of a registration cannot be revoked, as a sentence, or empty
	 * if they can be.
	 */
	Optional<String> obstacle(ClientRegistration registration) {
		String id = registration.getRegistrationId();
		if (this.endpoints.find(registration).isEmpty()) {
			return Optional.of("The revocation endpoint of registration '%s' is not known. Set %s%s to its URL."
				.formatted(id, LogoutProperties.REVOCATION_URIS, id));
		}
		if (!this.request.canAuthenticate(registration)) {
			return Optional.of(("Registration '%s' authenticates by '%s'. Declare a bean of type "
					+ "NimbusJwtClientAuthenticationParametersConverter for private_key_jwt and client_secret_jwt; other "
					+ "methods are not supported.")
				.formatted(id, registration.getClientAuthenticationMethod().getValue()));
		}
		return Optional.empty();
	}

	private void warnOnce(String registrationId, String obstacle) {
		if (this.warned.size() < MAX_WARNED && this.warned.add(registrationId)) {
			logger.warn("Tokens are removed at logout, and not revoked. " + obstacle);
		}
	}

	private void drop(ClientRegistration registration, String reason) {
		long count = this.dropped.incrementAndGet();
		this.limitedLog.write((log) -> log
			.warn("Tokens of registration '%s' are not revoked: %s. They stay valid until they expire. So far: %d"
				.formatted(registration.getRegistrationId(), reason, count)));
	}

	@SuppressWarnings("FutureReturnValueIgnored")
	private void submit(Work work, Duration delay) {
		try {
			this.threads.schedule(() -> run(work), delay.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			end(work, "the app stops");
		}
	}

	private void run(Work work) {
		Deque<AbstractOAuth2Token> tokens = work.tokens;
		try {
			while (!tokens.isEmpty()) {
				Answer answer = this.request.send(work.endpoint, work.client, tokens.getFirst());
				if (answer.isTemporary()) {
					tryAgain(work, "the provider answered with status " + answer.status());
					return;
				}
				if (!answer.isSuccess() && !answer.isNothingToRevoke()) {
					end(work, "the provider answered with status %d, %s".formatted(answer.status(),
							SafeLog.describeCode(answer.error())));
					return;
				}
				tokens.removeFirst();
			}
			this.pending.decrementAndGet();
		}
		catch (ResourceAccessException ex) {
			tryAgain(work, "the provider did not answer, " + SafeLog.describe(ex));
		}
		catch (RuntimeException ex) {
			end(work, SafeLog.describe(ex));
		}
	}

	private void tryAgain(Work work, String reason) {
		if (work.attempts < this.retries.size()) {
			submit(work, this.retries.get(work.attempts++));
		}
		else {
			end(work, reason);
		}
	}

	private void end(Work work, String reason) {
		this.pending.decrementAndGet();
		drop(work.client.getClientRegistration(), reason);
	}

	/**
	 * Lets the work that waits finish, for a few seconds.
	 */
	@Override
	public void destroy() {
		this.threads.shutdown();
		try {
			if (!this.threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
				this.threads.shutdownNow();
				logger.warn("Tokens of %d users are not revoked, because the app stops".formatted(this.pending.get()));
			}
		}
		catch (InterruptedException ex) {
			this.threads.shutdownNow();
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * The tokens of one user.
	 */
	private static final class Work {

		private final OAuth2AuthorizedClient client;

		private final URI endpoint;

		private final Deque<AbstractOAuth2Token> tokens = new ArrayDeque<>();

		private int attempts;

		Work(OAuth2AuthorizedClient client, URI endpoint) {
			this.client = client;
			this.endpoint = endpoint;
			OAuth2RefreshToken refreshToken = client.getRefreshToken();
			if (refreshToken != null) {
				this.tokens.add(refreshToken);
			}
			this.tokens.add(client.getAccessToken());
		}

	}

}
