package io.github.oauth2state.refresh;

import java.util.Objects;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Surrounds the providers of a manager: tells for whom they work, and refreshes ahead of
 * time.
 */
final class CoordinatedProvider implements OAuth2AuthorizedClientProvider {

	private static final Log logger = LogFactory.getLog(CoordinatedProvider.class);

	private final OAuth2AuthorizedClientProvider delegate;

	private final @Nullable OAuth2AuthorizedClientProvider early;

	private final Supplier<Refresher> refresher;

	private final boolean keptByName;

	private final UnrefreshedUser unrefreshedUser = new UnrefreshedUser();

	/**
	 * Creates a provider.
	 * @param delegate the manager's own provider
	 * @param early refreshes tokens whether they have expired or not, if the manager's
	 * provider refreshes tokens at all
	 * @param refresher tells when it is early enough
	 * @param keptByName whether the manager keeps the tokens of everybody by name
	 */
	CoordinatedProvider(OAuth2AuthorizedClientProvider delegate, @Nullable OAuth2AuthorizedClientProvider early,
			Supplier<Refresher> refresher, boolean keptByName) {
		this.delegate = delegate;
		this.early = early;
		this.refresher = refresher;
		this.keptByName = keptByName;
	}

	@Override
	public @Nullable OAuth2AuthorizedClient authorize(OAuth2AuthorizationContext context) {
		return switch (adviseOn(context.getAuthorizedClient())) {
			case USE -> null;
			case REFRESH -> refreshEarly(context);
			case LEAVE -> authorize(this.delegate, context, false);
		};
	}

	private TokenRefreshAdvice adviseOn(@Nullable OAuth2AuthorizedClient client) {
		return (client != null && this.early != null) ? this.refresher.get().whileValid(client)
				: TokenRefreshAdvice.LEAVE;
	}

	/**
	 * Returns {@code null} for the tokens to be used on.
	 */
	private @Nullable OAuth2AuthorizedClient refreshEarly(OAuth2AuthorizationContext context) {
		try {
			return authorize(Objects.requireNonNull(this.early), context, true);
		}
		catch (RuntimeException ex) {
			// Listeners may throw anything. The tokens are valid, so there is time to try
			// again.
			logger.debug("Tokens were not refreshed ahead of time", ex);
			return null;
		}
	}

	private @Nullable OAuth2AuthorizedClient authorize(OAuth2AuthorizedClientProvider provider,
			OAuth2AuthorizationContext context, boolean early) {
		OAuth2AuthorizedClient before = context.getAuthorizedClient();
		CurrentAuthorization authorization = new CurrentAuthorization(context, early, this.keptByName);
		OAuth2AuthorizedClient after;
		try {
			after = authorization.call(() -> provider.authorize(context));
		}
		catch (OAuth2AuthenticationException ex) {
			after = this.unrefreshedUser.goOn(context, authorization.refreshed().get(), ex);
		}
		if (before != null && after != null) {
			TokenLineage.descends(before.getAccessToken().getTokenValue(), after.getAccessToken().getTokenValue());
		}
		return after;
	}

}
