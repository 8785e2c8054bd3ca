package io.github.oauth2state.refresh;

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
import org.springframework.security.oauth2.client.AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientCredentialsReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.RefreshTokenReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.reactive.function.client.ServerOAuth2AuthorizedClientExchangeFilterFunction;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import reactor.core.publisher.Mono;

/**
 * Replaces every token client of a reactive app that spends refresh tokens by a
 * {@link ReactiveCoordinatedTokenClient}, as {@link ManagerCoordinator}. Managers and
 * providers keep their identity and class.
 */
final class ReactiveManagerCoordinator implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(ManagerCoordinator.class);

	private static final ManagerFinder FINDER = new ManagerFinder(ReactiveOAuth2AuthorizedClientManager.class,
			ReactiveOAuth2AuthorizedClientProvider.class, ReactiveManagerCoordinator::delegatesOfKnown);

	private final Supplier<ReactiveStrategyRunner> runner;

	private final ReactiveRemovalWatcher removals;

	private final ClientCredentials clientCredentials;

	/**
	 * Creates a coordinator.
	 * @param runner runs the strategy
	 * @param removals notes which tokens are saved and removed
	 * @param clientCredentials decides which requests by client credentials to
	 * coordinate, too
	 */
	ReactiveManagerCoordinator(Supplier<ReactiveStrategyRunner> runner, ReactiveRemovalWatcher removals,
			ClientCredentials clientCredentials) {
		this.runner = runner;
		this.removals = removals;
		this.clientCredentials = clientCredentials;
	}

	private static Optional<? extends Collection<?>> delegatesOfKnown(Object provider) {
		if (provider instanceof ReactiveCoordinatedProvider) {
			return Optional.of(List.of());
		}
		return (provider instanceof DelegatingReactiveOAuth2AuthorizedClientProvider delegating)
				? Optional.of(ReactiveClientInternals.providers(delegating)) : Optional.empty();
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
		}
		else if (bean instanceof ServerOAuth2AuthorizedClientExchangeFilterFunction user) {
			if (ReactiveClientInternals.manager(user) instanceof ReactiveOAuth2AuthorizedClientManager manager) {
				coordinateAll(manager, name);
			}
			ReactiveClientInternals.failureHandlerOfUser(user)
				.ifPresent((handler) -> user.setAuthorizationFailureHandler(this.removals.watchRemovals(handler)));
		}
		else if (bean instanceof RequestMappingHandlerAdapter adapter) {
			// The manager of annotated parameters is no bean if the app declares several
			ReactiveClientInternals.managersOfParameters(adapter).forEach((manager) -> coordinateAll(manager, name));
		}
	}

	/**
	 * Coordinates a manager or provider, and all that it delegates to.
	 * @return the provider that refreshes tokens, if there is exactly one
	 */
	private @Nullable RefreshTokenReactiveOAuth2AuthorizedClientProvider coordinateAll(Object root, String name) {
		List<RefreshTokenReactiveOAuth2AuthorizedClientProvider> refreshing = new ArrayList<>();
		for (Object found : FINDER.managersAndProviders(root, name)) {
			if (found instanceof DefaultReactiveOAuth2AuthorizedClientManager manager) {
				coordinate(manager, name);
			}
			else if (found instanceof AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager manager) {
				coordinate(manager, name);
			}
			else if (found instanceof RefreshTokenReactiveOAuth2AuthorizedClientProvider provider) {
				coordinate(provider);
				refreshing.add(provider);
			}
			else if (found instanceof ClientCredentialsReactiveOAuth2AuthorizedClientProvider provider) {
				coordinate(provider, name);
			}
		}
		return (refreshing.size() == 1) ? refreshing.get(0) : null;
	}

	private void coordinate(DefaultReactiveOAuth2AuthorizedClientManager manager, String name) {
		ReactiveOAuth2AuthorizedClientProvider provider = ReactiveClientInternals.provider(manager);
		if (!(provider instanceof ReactiveCoordinatedProvider)) {
			ReactiveCoordinatedProvider coordinated = coordinated(manager, own(provider, true), name, false);
			manager.setContextAttributesMapper(
					ReactiveCoordinatedProvider.withExchange(ReactiveClientInternals.attributesMapper(manager)));
			manager.setAuthorizedClientProvider(coordinated);
			manager.setAuthorizationSuccessHandler(coordinated);
			manager.setAuthorizationFailureHandler(
					this.removals.watchRemovals(ReactiveClientInternals.failureHandler(manager)));
		}
	}

	private void coordinate(AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager manager, String name) {
		ReactiveOAuth2AuthorizedClientProvider provider = ReactiveClientInternals.provider(manager);
		if (!(provider instanceof ReactiveCoordinatedProvider)) {
			ReactiveCoordinatedProvider coordinated = coordinated(manager, own(provider, false), name, true);
			manager.setAuthorizedClientProvider(coordinated);
			manager.setAuthorizationSuccessHandler(coordinated);
			manager.setAuthorizationFailureHandler(
					this.removals.watchRemovals(ReactiveClientInternals.failureHandler(manager)));
		}
	}

	/**
	 * The default provider is shared by the whole JVM, including other apps. It is
	 * replaced by an equal one that belongs to the manager.
	 */
	private static ReactiveOAuth2AuthorizedClientProvider own(ReactiveOAuth2AuthorizedClientProvider provider,
			boolean refreshToken) {
		if (!ReactiveClientInternals.isJvmWide(provider)) {
			return provider;
		}
		ReactiveOAuth2AuthorizedClientProviderBuilder builder = ReactiveOAuth2AuthorizedClientProviderBuilder.builder();
		return refreshToken ? builder.authorizationCode().refreshToken().clientCredentials().build()
				: builder.clientCredentials().build();
	}

	private ReactiveCoordinatedProvider coordinated(Object manager, ReactiveOAuth2AuthorizedClientProvider provider,
			String name, boolean keptByName) {
		RefreshTokenReactiveOAuth2AuthorizedClientProvider refreshing = coordinateAll(provider, name);
		return new ReactiveCoordinatedProvider(provider, (refreshing != null) ? earlyProvider(refreshing) : null,
				this.runner, keptByName, this.removals.watchSaves(ReactiveClientInternals.successHandler(manager)));
	}

	/**
	 * Returns a provider that refreshes valid tokens too, with the token client of
	 * another one.
	 */
	private static RefreshTokenReactiveOAuth2AuthorizedClientProvider earlyProvider(
			RefreshTokenReactiveOAuth2AuthorizedClientProvider other) {
		RefreshTokenReactiveOAuth2AuthorizedClientProvider early = new RefreshTokenReactiveOAuth2AuthorizedClientProvider();
		early.setAccessTokenResponseClient(ReactiveClientInternals.tokenClient(other));
		early.setClockSkew(ManagerCoordinator.LONGER_THAN_ANY_TOKEN_LIVES);
		ReactiveClientInternals.userRefresh(other)
			.ifPresent((handler) -> ReactiveClientInternals.setUserRefresh(early, handler));
		return early;
	}

	private void coordinate(RefreshTokenReactiveOAuth2AuthorizedClientProvider provider) {
		var client = ReactiveClientInternals.tokenClient(provider);
		if (!(client instanceof ReactiveCoordinatedTokenClient)) {
			provider.setAccessTokenResponseClient(new ReactiveCoordinatedTokenClient<>(client, this.runner));
			ReactiveClientInternals.userRefresh(provider)
				.ifPresent((handler) -> ReactiveClientInternals.setUserRefresh(provider,
						new ReactiveUserRefresh(handler)));
		}
	}

	private void coordinate(ClientCredentialsReactiveOAuth2AuthorizedClientProvider provider, String name) {
		var client = ReactiveClientInternals.tokenClient(provider);
		if (!(client instanceof ReactiveCoordinatedTokenClient)
				&& this.clientCredentials.areSharedIfFrom(client, name)) {
			provider.setAccessTokenResponseClient(new ReactiveCoordinatedTokenClient<>(client, this.runner));
		}
	}

	/**
	 * Takes the place of the app's token client, which calls the provider, and lets the
	 * strategy decide whether to call it.
	 *
	 * @param <T> the type of request: by a refresh token or by client credentials
	 */
	static final class ReactiveCoordinatedTokenClient<T extends AbstractOAuth2AuthorizationGrantRequest>
			implements ReactiveOAuth2AccessTokenResponseClient<T> {

		private final ReactiveOAuth2AccessTokenResponseClient<T> delegate;

		private final Supplier<ReactiveStrategyRunner> runner;

		ReactiveCoordinatedTokenClient(ReactiveOAuth2AccessTokenResponseClient<T> delegate,
				Supplier<ReactiveStrategyRunner> runner) {
			this.delegate = delegate;
			this.runner = runner;
		}

		@Override
		public Mono<OAuth2AccessTokenResponse> getTokenResponse(T request) {
			return Mono.defer(() -> this.runner.get().obtain(request, this.delegate));
		}

	}

}
