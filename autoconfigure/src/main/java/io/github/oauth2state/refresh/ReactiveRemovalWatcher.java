package io.github.oauth2state.refresh;

import java.util.Map;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizationSuccessHandler;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.refresh.StrategyRunner.RefusedTokenException;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Tells the strategy of a reactive app which tokens by client credentials were saved and
 * removed, and keeps its failure handlers from removing newer tokens than those that the
 * provider refused, as {@link RemovalWatcher}.
 */
final class ReactiveRemovalWatcher implements BeanPostProcessor, BeanFactoryAware {

	private static final Log logger = LogFactory.getLog(RemovalWatcher.class);

	private final Supplier<ReactiveTokenRefreshStrategy> strategy;

	private final Supplier<@Nullable ReactiveClientRegistrationRepository> registrations;

	private @Nullable ConfigurableListableBeanFactory beans;

	ReactiveRemovalWatcher(Supplier<ReactiveTokenRefreshStrategy> strategy,
			Supplier<@Nullable ReactiveClientRegistrationRepository> registrations) {
		this.strategy = strategy;
		this.registrations = registrations;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beans = (beanFactory instanceof ConfigurableListableBeanFactory configurable) ? configurable : null;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof ReactiveOAuth2AuthorizedClientService clients
				&& RemovalWatcher.isReplaceable(bean.getClass(), beanName, this.beans)) {
			return RemovalWatcher.watch(ReactiveOAuth2AuthorizedClientService.class, clients, (invocation) -> {
				Object result = invocation.proceed();
				return (RemovalWatcher.isRemoval(invocation) && result instanceof Mono<?> removal)
						? removal.then(
								onRemoved((String) invocation.getArguments()[0], (String) invocation.getArguments()[1]))
						: result;
			});
		}
		return bean;
	}

	/**
	 * Returns a handler that also tells the strategy which tokens were saved.
	 */
	ReactiveOAuth2AuthorizationSuccessHandler watchSaves(ReactiveOAuth2AuthorizationSuccessHandler handler) {
		return (client, principal, attributes) -> handler.onAuthorizationSuccess(client, principal, attributes)
			.doOnSuccess((done) -> onSaved(client, principal.getName()));
	}

	/**
	 * Returns a handler that also tells the strategy which tokens were removed, and that
	 * removes no newer tokens than those that were refused.
	 */
	ReactiveOAuth2AuthorizationFailureHandler watchRemovals(ReactiveOAuth2AuthorizationFailureHandler handler) {
		return (handler instanceof ReactiveWatchedFailureHandler) ? handler
				: new ReactiveWatchedFailureHandler(handler, this);
	}

	private void onSaved(OAuth2AuthorizedClient client, String principalName) {
		ClientRegistration registration = client.getClientRegistration();
		if (isClientCredentials(registration) && this.strategy.get() instanceof ReactiveSingleFlightStrategy flight) {
			flight.onSaved(RequestedTokens.obtained(registration, principalName),
					client.getAccessToken().getTokenValue());
		}
	}

	/**
	 * Never fails, because the tokens are removed already.
	 */
	private Mono<Void> onRemoved(String registrationId, String principalName) {
		return Mono.defer(() -> {
			ReactiveClientRegistrationRepository repository = this.registrations.get();
			return (repository != null) ? repository.findByRegistrationId(registrationId) : Mono.empty();
		})
			.filter(ReactiveRemovalWatcher::isClientCredentials)
			.flatMap((registration) -> (this.strategy.get() instanceof ReactiveSingleFlightStrategy flight)
					? flight.onRemoved(RequestedTokens.obtained(registration, principalName)) : Mono.empty())
			.onErrorResume((ex) -> {
				logger.debug("Tokens that were removed may be shared for a while", ex);
				return Mono.empty();
			});
	}

	private static boolean isClientCredentials(ClientRegistration registration) {
		return AuthorizationGrantType.CLIENT_CREDENTIALS.equals(registration.getAuthorizationGrantType());
	}

	/**
	 * Wraps the app's failure handler, which usually removes refused tokens. Keeps it
	 * from removing newer tokens, and notes the removal.
	 */
	private static final class ReactiveWatchedFailureHandler implements ReactiveOAuth2AuthorizationFailureHandler {

		private final ReactiveOAuth2AuthorizationFailureHandler delegate;

		private final ReactiveRemovalWatcher watcher;

		ReactiveWatchedFailureHandler(ReactiveOAuth2AuthorizationFailureHandler delegate,
				ReactiveRemovalWatcher watcher) {
			this.delegate = delegate;
			this.watcher = watcher;
		}

		@Override
		public Mono<Void> onAuthorizationFailure(OAuth2AuthorizationException exception, Authentication principal,
				Map<String, Object> attributes) {
			Mono<Void> handled = Mono
				.defer(() -> this.delegate.onAuthorizationFailure(exception, principal, attributes));
			RefusedTokenException refused = RemovalWatcher.refused(exception);
			if (refused != null) {
				TokenLineage.Refusal refusal = TokenLineage.Refusal.of(refused.registrationId(), principal.getName(),
						refused.refreshToken());
				handled = handled.contextWrite((context) -> context.put(TokenLineage.Refusal.class, refusal));
			}
			if (exception instanceof ClientAuthorizationException failure && RemovalWatcher.isRemoving(exception)) {
				handled = handled.then(this.watcher.onRemoved(failure.getClientRegistrationId(), principal.getName()));
			}
			return handled;
		}

	}

}
