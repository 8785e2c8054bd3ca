package io.github.oauth2state.refresh;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.InMemoryReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import io.github.oauth2state.ReactiveTokenRefresh;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Describes the tokens that one request of Spring Security needs in a reactive app, as
 * {@link DueTokenRefresh}.
 */
final class ReactiveDueTokenRefresh extends RequestedTokens implements ReactiveTokenRefresh {

	private static final Log logger = LogFactory.getLog(ReactiveDueTokenRefresh.class);

	private final ReactiveOAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest> client;

	private final @Nullable ReactiveOAuth2AuthorizedClientService clients;

	private ReactiveDueTokenRefresh(AbstractOAuth2AuthorizationGrantRequest request,
			ReactiveOAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest> client,
			@Nullable CurrentAuthorization authorization, @Nullable String principalName,
			@Nullable ReactiveOAuth2AuthorizedClientService clients) {
		super(request, authorization, principalName);
		this.client = client;
		this.clients = clients;
	}

	/**
	 * Describes the tokens that a request asks for.
	 * @param request the request of Spring Security
	 * @param client the token client of the app, which sends it
	 * @param clients where the app keeps tokens, if known
	 * @param context tells the authorization that the request is a part of
	 */
	@SuppressWarnings("unchecked")
	static <T extends AbstractOAuth2AuthorizationGrantRequest> ReactiveDueTokenRefresh of(T request,
			ReactiveOAuth2AccessTokenResponseClient<T> client, @Nullable ReactiveOAuth2AuthorizedClientService clients,
			ContextView context) {
		CurrentAuthorization authorization = context.<CurrentAuthorization>getOrEmpty(CurrentAuthorization.class)
			.filter((current) -> current.wants(request.getClientRegistration()))
			.orElse(null);
		return new ReactiveDueTokenRefresh(request,
				(ReactiveOAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest>) client,
				authorization, principalName(request, authorization), clients);
	}

	/**
	 * Looks for newer tokens that are stored, as {@link RefreshedTokens#findStored}.
	 */
	static Mono<RefreshedTokens> findStored(ReactiveTokenRefresh refresh) {
		return Mono.deferContextual((context) -> {
			TokenLineage.Notes notes = notes(context);
			return refresh.stored()
				.flatMap((stored) -> Mono.justOrEmpty(RefreshedTokens.ifNewer(stored, refresh, notes::isAncestor)));
		}).onErrorResume((ex) -> {
			// The refresh goes on without them
			logger.debug("Stored tokens cannot be read", ex);
			return Mono.empty();
		});
	}

	/**
	 * Returns the notes of an authorization, or new ones outside an authorization.
	 */
	static TokenLineage.Notes notes(ContextView context) {
		return context.<TokenLineage.Notes>getOrEmpty(TokenLineage.Notes.class).orElseGet(TokenLineage.Notes::new);
	}

	@Override
	public Mono<OAuth2AccessTokenResponse> call() {
		return Mono.defer(this::callClient).map((response) -> {
			requireSameSubject(response);
			return response;
		}).onErrorMap(Error.class, ReactiveDueTokenRefresh::asException);
	}

	private Mono<OAuth2AccessTokenResponse> callClient() {
		try {
			return this.client.getTokenResponse(request());
		}
		catch (Error ex) {
			return Mono.error(asException(ex));
		}
	}

	/**
	 * Reactor throws errors of the JVM instead of passing them on, and the request would
	 * never end.
	 */
	private static IllegalStateException asException(Error ex) {
		return new IllegalStateException("The token client failed", ex);
	}

	@Override
	public Mono<OAuth2AuthorizedClient> stored() {
		boolean shared = this.clients != null
				&& !(RemovalWatcher.unwrap(this.clients) instanceof InMemoryReactiveOAuth2AuthorizedClientService);
		return shared ? Mono.justOrEmpty(nameOfStored()).flatMap(this::load) : Mono.empty();
	}

	/**
	 * Tells whether an access token is stored for the principal, as far as is known.
	 */
	Mono<Boolean> isStored(String accessToken) {
		return Mono.justOrEmpty(principalName())
			.flatMap(this::load)
			.map((stored) -> stored.getAccessToken().getTokenValue().equals(accessToken))
			.defaultIfEmpty(false)
			.onErrorResume((ex) -> {
				logger.debug("Cannot tell whether a token was removed", ex);
				return Mono.just(true);
			});
	}

	private Mono<OAuth2AuthorizedClient> load(String name) {
		return (this.clients != null) ? this.clients.loadAuthorizedClient(registration().getRegistrationId(), name)
				: Mono.empty();
	}

	@Override
	public ReactiveTokenRefresh next(OAuth2AccessTokenResponse response) {
		if (refreshToken() == null) {
			return this;
		}
		return new ReactiveDueTokenRefresh(nextRequest(response), this.client, authorization(), principalName(),
				this.clients);
	}

}
