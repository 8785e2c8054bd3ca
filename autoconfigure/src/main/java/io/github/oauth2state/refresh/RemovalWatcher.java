package io.github.oauth2state.refresh;

import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.target.SingletonTargetSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.client.OAuth2AuthorizationSuccessHandler;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.refresh.StrategyRunner.RefusedTokenException;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Tells the strategy which tokens by client credentials were saved and removed, so that
 * it stops sharing those that were removed. Also keeps the app's failure handler from
 * removing newer tokens than those that the provider refused.
 * <p>
 * Wraps the handlers of managers. Also wraps the services where tokens are kept, if an
 * app cannot notice: those of Spring Security that are declared by their interface, as
 * Spring Boot does, and the library's own.
 */
final class RemovalWatcher implements BeanPostProcessor, BeanFactoryAware {

	private static final Log logger = LogFactory.getLog(RemovalWatcher.class);

	/**
	 * Spring Security wraps the exception once, and providers of the app may do so again.
	 */
	private static final int MAX_DEPTH = 10;

	/**
	 * The error codes on which Spring Security removes tokens.
	 */
	private static final Set<String> REMOVING = Set.of(OAuth2ErrorCodes.INVALID_TOKEN, OAuth2ErrorCodes.INVALID_GRANT);

	private final Supplier<TokenRefreshStrategy> strategy;

	private final Supplier<@Nullable ClientRegistrationRepository> registrations;

	private @Nullable ConfigurableListableBeanFactory beans;

	RemovalWatcher(Supplier<TokenRefreshStrategy> strategy,
			Supplier<@Nullable ClientRegistrationRepository> registrations) {
		this.strategy = strategy;
		this.registrations = registrations;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beans = (beanFactory instanceof ConfigurableListableBeanFactory configurable) ? configurable : null;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof OAuth2AuthorizedClientService clients
				&& isReplaceable(bean.getClass(), beanName, this.beans)) {
			return watch(OAuth2AuthorizedClientService.class, clients, (invocation) -> {
				Object result = invocation.proceed();
				if (isRemoval(invocation)) {
					onRemoved((String) invocation.getArguments()[0], (String) invocation.getArguments()[1]);
				}
				return result;
			});
		}
		return bean;
	}

	static boolean isReplaceable(Class<?> type, String beanName, @Nullable ConfigurableListableBeanFactory beans) {
		if (type.getName().startsWith("io.github.oauth2state.tokens.")) {
			return true;
		}
		return type.getName().startsWith("org.springframework.security.") && beans != null
				&& beans.containsBeanDefinition(beanName)
				&& beans.getMergedBeanDefinition(beanName).getResolvableType().resolve(type).isInterface();
	}

	/**
	 * Wraps the service where tokens are kept. Tests of an app see through a proxy of
	 * Spring AOP, and can spy on the service.
	 */
	static Object watch(Class<?> type, Object clients, MethodInterceptor interceptor) {
		ProxyFactory factory = new ProxyFactory(type, new SingletonTargetSource(clients));
		factory.addAdvice(interceptor);
		return factory.getProxy(type.getClassLoader());
	}

	static boolean isRemoval(MethodInvocation invocation) {
		return invocation.getMethod().getName().equals("removeAuthorizedClient");
	}

	/**
	 * Returns the service that is wrapped.
	 */
	static @Nullable Object unwrap(@Nullable Object clients) {
		Object target = (clients != null) ? AopProxyUtils.getSingletonTarget(clients) : null;
		return (target != null) ? target : clients;
	}

	/**
	 * Returns a handler that also tells the strategy which tokens were saved.
	 */
	OAuth2AuthorizationSuccessHandler watchSaves(OAuth2AuthorizationSuccessHandler handler) {
		return (client, principal, attributes) -> {
			handler.onAuthorizationSuccess(client, principal, attributes);
			onSaved(client, principal.getName());
		};
	}

	/**
	 * Returns a handler that also tells the strategy which tokens were removed, and that
	 * removes no newer tokens than those that were refused.
	 */
	OAuth2AuthorizationFailureHandler watchRemovals(OAuth2AuthorizationFailureHandler handler) {
		return (handler instanceof WatchedFailureHandler) ? handler : new WatchedFailureHandler(handler, this);
	}

	private void onSaved(OAuth2AuthorizedClient client, String principalName) {
		tell(client.getClientRegistration(), principalName,
				(obtained, strategy) -> strategy.onSaved(obtained, client.getAccessToken().getTokenValue()));
	}

	/**
	 * Never fails, because the tokens are removed already.
	 */
	private void onRemoved(String registrationId, String principalName) {
		try {
			ClientRegistrationRepository repository = this.registrations.get();
			ClientRegistration registration = (repository != null) ? repository.findByRegistrationId(registrationId)
					: null;
			if (registration != null) {
				tell(registration, principalName, (obtained, strategy) -> strategy.onRemoved(obtained));
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Tokens that were removed may be shared for a while", ex);
		}
	}

	private void tell(ClientRegistration registration, String principalName,
			BiConsumer<DueTokens, SingleFlightStrategy> event) {
		boolean clientCredentials = AuthorizationGrantType.CLIENT_CREDENTIALS
			.equals(registration.getAuthorizationGrantType());
		if (clientCredentials && this.strategy.get() instanceof SingleFlightStrategy singleFlight) {
			event.accept(RequestedTokens.obtained(registration, principalName), singleFlight);
		}
	}

	/**
	 * Returns whether Spring Security removes tokens on an exception.
	 */
	static boolean isRemoving(OAuth2AuthorizationException exception) {
		return REMOVING.contains(exception.getError().getErrorCode());
	}

	/**
	 * Returns what tells which refresh token the provider has refused, if it did.
	 */
	static @Nullable RefusedTokenException refused(OAuth2AuthorizationException exception) {
		Throwable cause = exception;
		for (int depth = 0; depth < MAX_DEPTH && cause != null; depth++) {
			if (cause instanceof RefusedTokenException refused) {
				return refused;
			}
			cause = cause.getCause();
		}
		return null;
	}

	/**
	 * Wraps the app's failure handler, which usually removes refused tokens. Keeps it
	 * from removing newer tokens, and notes the removal.
	 */
	private static final class WatchedFailureHandler implements OAuth2AuthorizationFailureHandler {

		private final OAuth2AuthorizationFailureHandler delegate;

		private final RemovalWatcher watcher;

		WatchedFailureHandler(OAuth2AuthorizationFailureHandler delegate, RemovalWatcher watcher) {
			this.delegate = delegate;
			this.watcher = watcher;
		}

		@Override
		public void onAuthorizationFailure(OAuth2AuthorizationException exception, Authentication principal,
				Map<String, Object> attributes) {
			handle(exception, principal, attributes);
			if (exception instanceof ClientAuthorizationException failure && isRemoving(exception)) {
				this.watcher.onRemoved(failure.getClientRegistrationId(), principal.getName());
			}
		}

		private void handle(OAuth2AuthorizationException exception, Authentication principal,
				Map<String, Object> attributes) {
			Runnable handler = () -> this.delegate.onAuthorizationFailure(exception, principal, attributes);
			RefusedTokenException refused = refused(exception);
			if (refused != null) {
				TokenLineage.whileRefused(refused.registrationId(), principal.getName(), refused.refreshToken(),
						handler);
			}
			else {
				handler.run();
			}
		}

	}

}
