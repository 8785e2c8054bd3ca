package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.security.oauth2.client.InMemoryReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Runs the strategy of a reactive app, as {@link StrategyRunner}. Thread-safe.
 */
final class ReactiveStrategyRunner implements SmartLifecycle {

	/**
	 * Stops after the web server has worked off its requests, and before what the calls
	 * need.
	 */
	private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private final ReactiveTokenRefreshStrategy strategy;

	private final RefreshEvents events;

	private final @Nullable ReactiveOAuth2AuthorizedClientService clients;

	private final ReactiveRefusals refusals;

	private final Duration stopTimeout;

	private final Set<DetachedMono<?>> detached = ConcurrentHashMap.newKeySet();

	private volatile boolean running;

	private final TokensInMemoryWarning memoryWarning = new TokensInMemoryWarning(StrategyRunner.class);

	/**
	 * Creates a runner.
	 * @param strategy the strategy
	 * @param listeners the listeners
	 * @param clients where the app keeps tokens, if known
	 * @param refusals hands on refusals
	 * @param stopTimeout how long a stop waits for refreshes whose requests are gone
	 */
	ReactiveStrategyRunner(ReactiveTokenRefreshStrategy strategy, List<TokenRefreshListener> listeners,
			@Nullable ReactiveOAuth2AuthorizedClientService clients, ReactiveRefusals refusals, Duration stopTimeout) {
		this.strategy = strategy;
		this.events = new RefreshEvents(strategy.name(), listeners);
		this.clients = clients;
		this.refusals = refusals;
		this.stopTimeout = stopTimeout;
	}

	/**
	 * Lets something run to its end once it is subscribed to, also if the subscriber
	 * cancels or the app stops.
	 */
	<T> Mono<T> detached(Mono<T> source) {
		return Mono.deferContextual((context) -> {
			DetachedMono<T> started = new DetachedMono<>();
			this.detached.add(started);
			started.start(source.contextWrite(context), () -> this.detached.remove(started));
			return started.result();
		});
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public void stop(Runnable callback) {
		Mono.whenDelayError(this.detached.stream().map(DetachedMono::result).toList())
			.timeout(this.stopTimeout)
			.onErrorComplete()
			.doFinally((signal) -> {
				this.running = false;
				callback.run();
			})
			.subscribe();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.strategy.whileValid(client);
	}

	/**
	 * Obtains the tokens that a request asks for.
	 * @param request the request of Spring Security
	 * @param client the token client of the app, which sends it
	 */
	<T extends AbstractOAuth2AuthorizationGrantRequest> Mono<OAuth2AccessTokenResponse> obtain(T request,
			ReactiveOAuth2AccessTokenResponseClient<T> client) {
		return Mono.deferContextual((context) -> {
			ReactiveDueTokenRefresh due = ReactiveDueTokenRefresh.of(request, client, this.clients, context);
			CurrentAuthorization authorization = due.authorization();
			boolean early = authorization != null && authorization.isEarly();
			long start = System.nanoTime();
			return warnOfTokensInMemory(due).then(runOrFindStored(due)).map((result) -> {
				if (authorization != null) {
					// Another request may have published them, for another user
					authorization.requireSameSubject(result.response());
				}
				this.events.publish(result.outcome(), due, early, start);
				noteRefreshed(due, result.response(), ReactiveDueTokenRefresh.notes(context));
				return result.response();
			}).onErrorResume((failure) -> fail(due, failure, early, start));
		});
	}

	private Mono<OAuth2AccessTokenResponse> fail(ReactiveDueTokenRefresh due, Throwable failure, boolean early,
			long start) {
		if (!(failure instanceof OAuth2AuthorizationException refusal)) {
			this.events.publish(early ? TokenRefreshOutcome.KEPT : TokenRefreshOutcome.FAILED, due, early, start);
			return Mono.error(failure);
		}
		this.events.publish(early ? TokenRefreshOutcome.KEPT : RefreshEvents.outcome(refusal), due, early, start);
		Mono<Void> handled = (!early && RefreshEvents.isRefusal(due, refusal)) ? this.refusals.handOn(due)
				: Mono.empty();
		return handled.then(Mono.error(() -> RefreshEvents.withRefusedToken(due, refusal)));
	}

	private Mono<Void> warnOfTokensInMemory(ReactiveDueTokenRefresh due) {
		if (this.memoryWarning.isWanted(due, this.strategy instanceof ReactiveSingleFlightStrategy) && RemovalWatcher
			.unwrap(this.clients) instanceof InMemoryReactiveOAuth2AuthorizedClientService memory) {
			String name = Objects.requireNonNull(Objects.requireNonNull(due.authorization()).nameInStore());
			return memory.loadAuthorizedClient(due.registration().getRegistrationId(), name)
				.doOnNext((kept) -> this.memoryWarning.write(due, kept))
				.then();
		}
		return Mono.empty();
	}

	private Mono<TokenRefreshResult> runOrFindStored(ReactiveDueTokenRefresh due) {
		return Mono.defer(() -> this.strategy.refresh(due))
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("The strategy returned nothing")))
			.onErrorResume(OAuth2AuthorizationException.class, (ex) -> {
				Mono<RefreshedTokens> newer = RefreshEvents.isRefusal(due, ex) ? ReactiveDueTokenRefresh.findStored(due)
						: Mono.empty();
				return newer.map((tokens) -> new TokenRefreshResult(TokenRefreshOutcome.STORED, tokens.response()))
					.switchIfEmpty(Mono.error(ex));
			});
	}

	private static void noteRefreshed(ReactiveDueTokenRefresh due, OAuth2AccessTokenResponse response,
			TokenLineage.Notes notes) {
		OAuth2RefreshToken before = due.refreshToken();
		OAuth2RefreshToken after = response.getRefreshToken();
		if (before != null && after != null) {
			notes.noteDescent(before.getTokenValue(), after.getTokenValue());
		}
	}

}
