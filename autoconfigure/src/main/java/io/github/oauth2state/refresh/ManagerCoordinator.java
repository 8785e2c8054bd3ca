package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientCredentialsOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Replaces every token client that spends refresh tokens by a
 * {@link CoordinatedTokenClient}, however the app creates the manager that uses it.
 * Managers and providers keep their identity and class, because apps inject them by
 * class. Only what they have a public setter for is changed.
 */
final class ManagerCoordinator implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(ManagerCoordinator.class);

	private static final ManagerFinder FINDER = new ManagerFinder(OAuth2AuthorizedClientManager.class,
			OAuth2AuthorizedClientProvider.class, ManagerCoordinator::delegatesOfKnown);

	static final Duration LONGER_THAN_ANY_TOKEN_LIVES = Duration.ofDays(36500);

	private final Supplier<StrategyRunner> runner;

	private final RemovalWatcher removals;

	private final ClientCredentials clientCredentials;

	/**
	 * Creates a coordinator.
	 * @param runner runs the strategy
	 * @param removals notes which tokens are saved and removed
	 * @param clientCredentials decides which requests by client credentials to
	 * coordinate, too
	 */
	ManagerCoordinator(Supplier<StrategyRunner> runner, RemovalWatcher removals, ClientCredentials clientCredentials) {
		this.runner = runner;
		this.removals = removals;
		this.clientCredentials = clientCredentials;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		try {
			coordinate((target != null) ? target : bean, beanName);
		}
		catch (RuntimeException ex) {
			logger.warn("Tokens are refreshed without coordination by bean '" + beanName
					+ "'. This version of Spring Security may not be supported.", ex);
		}
		return bean;
	}

	private void coordinate(Object bean, String name) {
		if (FINDER.isManagerOrProvider(bean)) {
			coordinateAll(bean, name);
			return;
		}
		for (Object user : ManagerFinder.managerUsers(bean)) {
			if (ClientInternals.manager(user) instanceof OAuth2AuthorizedClientManager manager) {
				coordinateAll(manager, name);
			}
			ClientInternals.failureHandlerOfUser(user)
				.ifPresent((handler) -> ClientInternals.setFailureHandlerOfUser(user,
						this.removals.watchRemovals(handler)));
		}
	}

	/**
	 * Coordinates a manager or provider, and all that it delegates to.
	 * @return the provider that refreshes tokens, if there is exactly one
	 */
	private @Nullable RefreshTokenOAuth2AuthorizedClientProvider coordinateAll(Object root, String name) {
		List<RefreshTokenOAuth2AuthorizedClientProvider> refreshing = new ArrayList<>();
		for (Object found : FINDER.managersAndProviders(root, name)) {
			if (found instanceof DefaultOAuth2AuthorizedClientManager manager) {
				coordinate(manager, name);
			}
			else if (found instanceof AuthorizedClientServiceOAuth2AuthorizedClientManager manager) {
				coordinate(manager, name);
			}
			else if (found instanceof RefreshTokenOAuth2AuthorizedClientProvider provider) {
				coordinate(provider);
				refreshing.add(provider);
			}
			else if (found instanceof ClientCredentialsOAuth2AuthorizedClientProvider provider) {
				coordinate(provider, name);
			}
		}
		return (refreshing.size() == 1) ? refreshing.get(0) : null;
	}

	private static Optional<? extends Collection<?>> delegatesOfKnown(Object provider) {
		if (provider instanceof CoordinatedProvider) {
			return Optional.of(List.of());
		}
		return (provider instanceof DelegatingOAuth2AuthorizedClientProvider delegating)
				? Optional.of(ClientInternals.providers(delegating)) : Optional.empty();
	}

	private void coordinate(DefaultOAuth2AuthorizedClientManager manager, String name) {
		OAuth2AuthorizedClientProvider provider = ClientInternals.provider(manager);
		if (!(provider instanceof CoordinatedProvider)) {
			manager.setAuthorizedClientProvider(coordinated(own(provider, true), name, false));
			manager.setAuthorizationSuccessHandler(this.removals.watchSaves(ClientInternals.successHandler(manager)));
			manager
				.setAuthorizationFailureHandler(this.removals.watchRemovals(ClientInternals.failureHandler(manager)));
		}
	}

	private void coordinate(AuthorizedClientServiceOAuth2AuthorizedClientManager manager, String name) {
		OAuth2AuthorizedClientProvider provider = ClientInternals.provider(manager);
		if (!(provider instanceof CoordinatedProvider)) {
			manager.setAuthorizedClientProvider(coordinated(own(provider, false), name, true));
			manager.setAuthorizationSuccessHandler(this.removals.watchSaves(ClientInternals.successHandler(manager)));
			manager
				.setAuthorizationFailureHandler(this.removals.watchRemovals(ClientInternals.failureHandler(manager)));
		}
	}

	/**
	 * The default provider is shared by the whole JVM, including other apps. It is
	 * replaced by an equal one that belongs to the manager.
	 */
	private static OAuth2AuthorizedClientProvider own(OAuth2AuthorizedClientProvider provider, boolean refreshToken) {
		if (!ClientInternals.isJvmWide(provider)) {
			return provider;
		}
		OAuth2AuthorizedClientProviderBuilder builder = OAuth2AuthorizedClientProviderBuilder.builder();
		return refreshToken ? builder.authorizationCode().refreshToken().clientCredentials().build()
				: builder.clientCredentials().build();
	}

	private CoordinatedProvider coordinated(OAuth2AuthorizedClientProvider provider, String name, boolean keptByName) {
		RefreshTokenOAuth2AuthorizedClientProvider refreshing = coordinateAll(provider, name);
		return new CoordinatedProvider(provider, (refreshing != null) ? earlyProvider(refreshing) : null, this.runner,
				keptByName);
	}

	/**
	 * Returns a provider that refreshes valid tokens too, with the token client and the
	 * events of another one.
	 */
	static RefreshTokenOAuth2AuthorizedClientProvider earlyProvider(RefreshTokenOAuth2AuthorizedClientProvider other) {
		RefreshTokenOAuth2AuthorizedClientProvider early = new RefreshTokenOAuth2AuthorizedClientProvider();
		early.setAccessTokenResponseClient(ClientInternals.tokenClient(other));
		early.setClockSkew(LONGER_THAN_ANY_TOKEN_LIVES);
		ApplicationEventPublisher publisher = ClientInternals.eventPublisher(other);
		if (publisher != null) {
			early.setApplicationEventPublisher(publisher);
		}
		return early;
	}

	private void coordinate(RefreshTokenOAuth2AuthorizedClientProvider provider) {
		var client = ClientInternals.tokenClient(provider);
		if (!(client instanceof CoordinatedTokenClient)) {
			provider.setAccessTokenResponseClient(new CoordinatedTokenClient<>(client, this.runner));
		}
	}

	private void coordinate(ClientCredentialsOAuth2AuthorizedClientProvider provider, String name) {
		var client = ClientInternals.tokenClient(provider);
		if (!(client instanceof CoordinatedTokenClient) && this.clientCredentials.areSharedIfFrom(client, name)) {
			provider.setAccessTokenResponseClient(new CoordinatedTokenClient<>(client, this.runner));
		}
	}

	/**
	 * Takes the place of the app's token client, which calls the provider, and lets the
	 * strategy decide whether to call it.
	 *
	 * @param <T> the type of request: by a refresh token or by client credentials
	 */
	static final class CoordinatedTokenClient<T extends AbstractOAuth2AuthorizationGrantRequest>
			implements OAuth2AccessTokenResponseClient<T> {

		private final OAuth2AccessTokenResponseClient<T> delegate;

		private final Supplier<StrategyRunner> runner;

		CoordinatedTokenClient(OAuth2AccessTokenResponseClient<T> delegate, Supplier<StrategyRunner> runner) {
			this.delegate = delegate;
			this.runner = runner;
		}

		@Override
		public OAuth2AccessTokenResponse getTokenResponse(T request) {
			return this.runner.get().obtain(request, this.delegate);
		}

	}

}
