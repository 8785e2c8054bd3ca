package io.github.oauth2state.refresh;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.web.client.HttpStatusCodeException;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Wraps the provider of a manager. Makes the current authorization known to the token
 * client, refreshes ahead of time if the strategy says so, and keeps new tokens if the
 * user's data cannot be loaded with them.
 */
final class CoordinatedProvider implements OAuth2AuthorizedClientProvider {

	private static final Log logger = LogFactory.getLog(CoordinatedProvider.class);

	/**
	 * Causes may form a cycle.
	 */
	private static final int MAX_DEPTH = 10;

	private final SafeLog limitedLog = new SafeLog(CoordinatedProvider.class);

	private final OAuth2AuthorizedClientProvider delegate;

	private final @Nullable OAuth2AuthorizedClientProvider early;

	private final Supplier<StrategyRunner> runner;

	private final boolean keptByName;

	/**
	 * Creates a provider.
	 * @param delegate the manager's own provider
	 * @param early refreshes valid tokens, too; {@code null} if the manager's provider
	 * does not refresh tokens
	 * @param runner runs the strategy
	 * @param keptByName whether the manager keeps the tokens of all users by name
	 */
	CoordinatedProvider(OAuth2AuthorizedClientProvider delegate, @Nullable OAuth2AuthorizedClientProvider early,
			Supplier<StrategyRunner> runner, boolean keptByName) {
		this.delegate = delegate;
		this.early = early;
		this.runner = runner;
		this.keptByName = keptByName;
	}

	@Override
	public @Nullable OAuth2AuthorizedClient authorize(OAuth2AuthorizationContext context) {
		return switch (advice(context.getAuthorizedClient())) {
			case USE -> null;
			case REFRESH -> refreshEarly(context);
			case LEAVE -> authorize(this.delegate, context, false);
		};
	}

	private TokenRefreshAdvice advice(@Nullable OAuth2AuthorizedClient client) {
		return (client != null && this.early != null) ? this.runner.get().whileValid(client) : TokenRefreshAdvice.LEAVE;
	}

	/**
	 * Returns the client with the new tokens, or {@code null} if the valid tokens stay in
	 * use.
	 */
	private @Nullable OAuth2AuthorizedClient refreshEarly(OAuth2AuthorizationContext context) {
		try {
			return authorize(Objects.requireNonNull(this.early), context, true);
		}
		catch (RuntimeException ex) {
			// The tokens are valid, so there is time for another attempt
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
			after = keepNewTokens(context, authorization.refreshed(), ex);
		}
		if (before != null && after != null) {
			TokenLineage.noteDescent(before.getAccessToken().getTokenValue(), after.getAccessToken().getTokenValue());
		}
		return after;
	}

	/**
	 * Keeps new tokens if loading the user's data with them failed because of an outage.
	 * Spring Security loads the provider's keys and the user's data after a refresh, and
	 * saves the tokens after that. If this fails, the old refresh token is spent already,
	 * and without the new one the user would have to log in again.
	 * <p>
	 * The user in the session stays as it is, as it would if the request failed. If the
	 * provider answers, and its answer does not fit the user, the request fails.
	 * @param context the context of Spring Security
	 * @param refreshed the new tokens, or {@code null} if there was no refresh before
	 * @param failure the failure
	 * @return the client with the new tokens
	 * @throws OAuth2AuthenticationException if the failure is no outage
	 */
	private OAuth2AuthorizedClient keepNewTokens(OAuth2AuthorizationContext context,
			@Nullable OAuth2AccessTokenResponse refreshed, OAuth2AuthenticationException failure) {
		OAuth2AuthorizedClient due = context.getAuthorizedClient();
		if (due == null || refreshed == null) {
			throw failure;
		}
		boolean outage = hasCause(failure, CoordinatedProvider::isOutage);
		warn(this.limitedLog, due.getClientRegistration(), outage, failure);
		if (!outage) {
			throw failure;
		}
		return new OAuth2AuthorizedClient(due.getClientRegistration(), context.getPrincipal().getName(),
				refreshed.getAccessToken(), refreshed.getRefreshToken());
	}

	static void warn(SafeLog log, ClientRegistration registration, boolean used, Throwable failure) {
		log.write((logger) -> logger
			.warn("New tokens of registration '%s' are %s: the user was not refreshed with them, %s"
				.formatted(registration.getRegistrationId(), used ? "used" : "not saved", SafeLog.describe(failure))));
	}

	/**
	 * Returns whether a failure, or one of its causes, meets a condition.
	 */
	static boolean hasCause(Throwable failure, Predicate<Throwable> condition) {
		Throwable current = failure;
		for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
			if (condition.test(current)) {
				return true;
			}
			current = current.getCause();
		}
		return false;
	}

	private static boolean isOutage(Throwable cause) {
		return cause instanceof IOException
				|| (cause instanceof HttpStatusCodeException answer && isOverload(answer.getStatusCode()));
	}

	static boolean isOverload(HttpStatusCode status) {
		return status.is5xxServerError() || status.isSameCodeAs(HttpStatus.TOO_MANY_REQUESTS);
	}

}
