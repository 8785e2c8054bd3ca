package io.github.oauth2state.refresh;

import java.util.Objects;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;

import io.github.oauth2state.TokenRefreshAdvice;

/**
 * Surrounds the providers of a manager: tells for whom they work, and refreshes ahead of
 * time.
 */
final class CoordinatedProvider implements OAuth2AuthorizedClientProvider {

	private static final Log logger = LogFactory.getLog(CoordinatedProvider.class);

	private final OAuth2AuthorizedClientProvider delegate;

	private final @Nullable OAuth2AuthorizedClientProvider early;

	private final Supplier<Refresher> refresher;

	/**
	 * Creates a provider.
	 * @param delegate the manager's own provider
	 * @param early refreshes tokens whether they have expired or not, if the manager's
	 * provider refreshes tokens at all
	 * @param refresher tells when it is early enough
	 */
	CoordinatedProvider(OAuth2AuthorizedClientProvider delegate, @Nullable OAuth2AuthorizedClientProvider early,
			Supplier<Refresher> refresher) {
		this.delegate = delegate;
		this.early = early;
		this.refresher = refresher;
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

	private static @Nullable OAuth2AuthorizedClient authorize(OAuth2AuthorizedClientProvider provider,
			OAuth2AuthorizationContext context, boolean early) {
		return new CurrentAuthorization(context.getPrincipal(), early).call(() -> provider.authorize(context));
	}

}
