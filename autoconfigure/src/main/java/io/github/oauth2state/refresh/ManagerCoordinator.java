package io.github.oauth2state.refresh;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientCredentialsOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;

/**
 * Finds every client that spends refresh tokens, however the app made the manager that
 * uses it, and puts a coordinated one in its place. Managers and providers keep their
 * identity and class, because apps inject them by class; only what they have a public
 * setter for is changed.
 */
final class ManagerCoordinator implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(ManagerCoordinator.class);

	private static final String SPRING_SECURITY = "org.springframework.security.";

	private final Supplier<Refresher> refresher;

	private final boolean clientCredentials;

	ManagerCoordinator(Supplier<Refresher> refresher, boolean clientCredentials) {
		this.refresher = refresher;
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
					+ "'. This version of Spring Security is not supported.", ex);
		}
		return bean;
	}

	private void coordinate(Object bean, String name) {
		if (bean instanceof OAuth2AuthorizedClientManager manager) {
			coordinateManager(manager, name);
		}
		else if (bean instanceof OAuth2AuthorizedClientProvider provider) {
			coordinateProvider(provider, name);
		}
		else {
			for (Object user : ManagerUsers.in(bean)) {
				if (ClientInternals.manager(user) instanceof OAuth2AuthorizedClientManager manager) {
					coordinateManager(manager, name);
				}
			}
		}
	}

	private void coordinateManager(OAuth2AuthorizedClientManager manager, String name) {
		if (manager instanceof DefaultOAuth2AuthorizedClientManager ours) {
			OAuth2AuthorizedClientProvider provider = ClientInternals.provider(ours);
			if (!(provider instanceof CoordinatedProvider)) {
				ours.setAuthorizedClientProvider(coordinated(own(provider, true), name));
				ours.setAuthorizationFailureHandler(new RefusalHandler(ClientInternals.failureHandler(ours)));
			}
		}
		else if (manager instanceof AuthorizedClientServiceOAuth2AuthorizedClientManager ours) {
			OAuth2AuthorizedClientProvider provider = ClientInternals.provider(ours);
			if (!(provider instanceof CoordinatedProvider)) {
				ours.setAuthorizedClientProvider(coordinated(own(provider, false), name));
				ours.setAuthorizationFailureHandler(new RefusalHandler(ClientInternals.failureHandler(ours)));
			}
		}
		else {
			logger
				.warn(("Tokens may be refreshed without coordination by bean '%s': it has a manager of type %s, which "
						+ "OAuth2 State does not know")
					.formatted(name, manager.getClass().getName()));
		}
	}

	/**
	 * The default provider belongs to the whole JVM, other apps included. It is replaced
	 * by an equal one that belongs to the manager.
	 */
	private static OAuth2AuthorizedClientProvider own(OAuth2AuthorizedClientProvider provider, boolean refreshToken) {
		if (!ClientInternals.isJvmWide(provider)) {
			return provider;
		}
		OAuth2AuthorizedClientProviderBuilder builder = OAuth2AuthorizedClientProviderBuilder.builder();
		return refreshToken ? builder.authorizationCode().refreshToken().clientCredentials().build()
				: builder.clientCredentials().build();
	}

	private CoordinatedProvider coordinated(OAuth2AuthorizedClientProvider provider, String name) {
		RefreshTokenOAuth2AuthorizedClientProvider refreshing = coordinateProvider(provider, name);
		return new CoordinatedProvider(provider, (refreshing != null) ? EarlyProvider.like(refreshing) : null,
				this.refresher);
	}

	/**
	 * Walks down to all clients that obtain tokens.
	 * @return the provider that refreshes tokens, if there is one
	 */
	private @Nullable RefreshTokenOAuth2AuthorizedClientProvider coordinateProvider(OAuth2AuthorizedClientProvider root,
			String name) {
		RefreshTokenOAuth2AuthorizedClientProvider refreshing = null;
		Deque<OAuth2AuthorizedClientProvider> left = new ArrayDeque<>();
		left.add(root);
		while (!left.isEmpty()) {
			OAuth2AuthorizedClientProvider provider = left.remove();
			if (provider instanceof DelegatingOAuth2AuthorizedClientProvider delegating) {
				left.addAll(ClientInternals.providers(delegating));
			}
			else if (provider instanceof RefreshTokenOAuth2AuthorizedClientProvider found) {
				coordinateClient(found);
				refreshing = (refreshing != null) ? refreshing : found;
			}
			else if (provider instanceof ClientCredentialsOAuth2AuthorizedClientProvider found) {
				coordinateClient(found);
			}
			else if (!provider.getClass().getName().startsWith(SPRING_SECURITY)) {
				logger.warn(("Tokens may be refreshed without coordination by bean '%s': it has a provider of type %s, "
						+ "which OAuth2 State does not know")
					.formatted(name, provider.getClass().getName()));
			}
		}
		return refreshing;
	}

	private void coordinateClient(RefreshTokenOAuth2AuthorizedClientProvider provider) {
		var client = ClientInternals.tokenClient(provider);
		if (!(client instanceof CoordinatedRefreshClient)) {
			provider.setAccessTokenResponseClient(new CoordinatedRefreshClient(client, this.refresher));
		}
	}

	private void coordinateClient(ClientCredentialsOAuth2AuthorizedClientProvider provider) {
		var client = ClientInternals.tokenClient(provider);
		if (this.clientCredentials && !(client instanceof CoordinatedCredentialsClient)) {
			provider.setAccessTokenResponseClient(new CoordinatedCredentialsClient(client, this.refresher));
		}
	}

}
