package io.github.oauth2state.refresh;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizationSuccessHandler;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProvider;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.ContextView;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Wraps the provider of a reactive manager, as {@link CoordinatedProvider}, and also its
 * success handler, which saves tokens.
 * <p>
 * If the client of a request hangs up, the request is cancelled, and what it waits for.
 * By then the refresh token may be spent. So a refresh goes on without its request, and
 * so does the save: otherwise the spent token would stay stored. For this, the tokens are
 * saved here, and the manager finds them saved.
 */
final class ReactiveCoordinatedProvider
		implements ReactiveOAuth2AuthorizedClientProvider, ReactiveOAuth2AuthorizationSuccessHandler {

	private static final Log logger = LogFactory.getLog(CoordinatedProvider.class);

	private static final String EXCHANGE = ServerWebExchange.class.getName();

	/**
	 * Clients that were saved and that the manager has not received yet, by identity.
	 */
	private final Set<OAuth2AuthorizedClient> saved = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	private final ReactiveOAuth2AuthorizedClientProvider delegate;

	private final @Nullable ReactiveOAuth2AuthorizedClientProvider early;

	private final Supplier<ReactiveStrategyRunner> runner;

	private final boolean keptByName;

	private final ReactiveOAuth2AuthorizationSuccessHandler successHandler;

	/**
	 * Creates a provider.
	 * @param delegate the manager's own provider
	 * @param early refreshes valid tokens, too; {@code null} if the manager's provider
	 * does not refresh tokens
	 * @param runner runs the strategy
	 * @param keptByName whether the manager keeps the tokens of all users by name
	 * @param successHandler the manager's own success handler
	 */
	ReactiveCoordinatedProvider(ReactiveOAuth2AuthorizedClientProvider delegate,
			@Nullable ReactiveOAuth2AuthorizedClientProvider early, Supplier<ReactiveStrategyRunner> runner,
			boolean keptByName, ReactiveOAuth2AuthorizationSuccessHandler successHandler) {
		this.delegate = delegate;
		this.early = early;
		this.runner = runner;
		this.keptByName = keptByName;
		this.successHandler = successHandler;
	}

	/**
	 * Adds the exchange to the attributes of an authorization, because the success
	 * handler needs it.
	 * @param mapper the manager's own mapper
	 */
	static Function<OAuth2AuthorizeRequest, Mono<Map<String, Object>>> withExchange(
			Function<OAuth2AuthorizeRequest, Mono<Map<String, Object>>> mapper) {
		return (request) -> mapper.apply(request).flatMap((attributes) -> Mono.deferContextual((context) -> {
			ServerWebExchange exchange = exchange(request, context);
			if (exchange == null) {
				return Mono.just(attributes);
			}
			Map<String, Object> all = new HashMap<>(attributes);
			all.put(EXCHANGE, exchange);
			return Mono.just(all);
		}));
	}

	private static @Nullable ServerWebExchange exchange(OAuth2AuthorizeRequest request, ContextView context) {
		ServerWebExchange exchange = request.getAttribute(EXCHANGE);
		return (exchange != null) ? exchange
				: context.<ServerWebExchange>getOrEmpty(ServerWebExchange.class).orElse(null);
	}

	@Override
	public Mono<OAuth2AuthorizedClient> authorize(OAuth2AuthorizationContext context) {
		return Mono.defer(() -> switch (advice(context.getAuthorizedClient())) {
			case USE -> Mono.empty();
			case REFRESH -> refreshEarly(context);
			case LEAVE -> authorize(this.delegate, context, false);
		});
	}

	private TokenRefreshAdvice advice(@Nullable OAuth2AuthorizedClient client) {
		return (client != null && this.early != null) ? this.runner.get().whileValid(client) : TokenRefreshAdvice.LEAVE;
	}

	/**
	 * Returns the client with the new tokens, or nothing if the valid tokens stay in use.
	 */
	private Mono<OAuth2AuthorizedClient> refreshEarly(OAuth2AuthorizationContext context) {
		ReactiveOAuth2AuthorizedClientProvider provider = (
				same) -> Objects.requireNonNull(this.early).authorize(same).onErrorResume((ex) -> {
					// The tokens are valid, so there is time for another attempt
					logger.debug("Tokens were not refreshed ahead of time", ex);
					return Mono.empty();
				});
		return authorize(provider, context, true);
	}

	private Mono<OAuth2AuthorizedClient> authorize(ReactiveOAuth2AuthorizedClientProvider provider,
			OAuth2AuthorizationContext context, boolean early) {
		CurrentAuthorization authorization = new CurrentAuthorization(context, early, this.keptByName);
		TokenLineage.Notes notes = new TokenLineage.Notes();
		Sinks.Empty<Void> gone = Sinks.empty();
		Mono<OAuth2AuthorizedClient> saved = Mono.defer(() -> provider.authorize(context)).flatMap((client) -> {
			noteDescent(context.getAuthorizedClient(), client, notes);
			return save(client, context).thenReturn(client);
		})
			.contextWrite((outer) -> outer.put(CurrentAuthorization.class, authorization)
				.put(TokenLineage.Notes.class, notes)
				.put(ReactiveUserRefresh.GONE, gone.asMono()));
		OAuth2AuthorizedClient due = context.getAuthorizedClient();
		if (due == null || due.getRefreshToken() == null) {
			return saved;
		}
		AtomicBoolean saveSession = new AtomicBoolean();
		return this.runner.get()
			.detached(saved.delayUntil((client) -> saveSession.get() ? saveSession(context) : Mono.empty()))
			.doOnCancel(() -> {
				saveSession.set(true);
				gone.tryEmitEmpty();
			});
	}

	/**
	 * Saves the session of a request that is gone, which may hold the tokens. Others are
	 * saved with their response.
	 */
	private static Mono<Void> saveSession(OAuth2AuthorizationContext context) {
		ServerWebExchange exchange = context.getAttribute(EXCHANGE);
		return Mono.justOrEmpty(exchange)
			.flatMap(ServerWebExchange::getSession)
			.flatMap(WebSession::save)
			.onErrorResume((ex) -> {
				logger.debug("The session of a request that is gone was not saved", ex);
				return Mono.empty();
			});
	}

	private static void noteDescent(@Nullable OAuth2AuthorizedClient before, OAuth2AuthorizedClient after,
			TokenLineage.Notes notes) {
		if (before != null) {
			notes.noteDescent(before.getAccessToken().getTokenValue(), after.getAccessToken().getTokenValue());
		}
	}

	private Mono<Void> save(OAuth2AuthorizedClient client, OAuth2AuthorizationContext context) {
		ServerWebExchange exchange = context.getAttribute(EXCHANGE);
		if (exchange == null && !this.keptByName) {
			// The manager knows where to save them
			return Mono.empty();
		}
		Map<String, Object> attributes = (this.keptByName || exchange == null) ? Map.of() : Map.of(EXCHANGE, exchange);
		return this.successHandler.onAuthorizationSuccess(client, context.getPrincipal(), attributes)
			.doOnSuccess((done) -> this.saved.add(client));
	}

	/**
	 * Saves tokens for the manager, unless they were saved already.
	 */
	@Override
	public Mono<Void> onAuthorizationSuccess(OAuth2AuthorizedClient client, Authentication principal,
			Map<String, Object> attributes) {
		return Mono.defer(() -> this.saved.remove(client) ? Mono.empty()
				: this.successHandler.onAuthorizationSuccess(client, principal, attributes));
	}

}
