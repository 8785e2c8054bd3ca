package io.github.oauth2state.refresh;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientCredentialsOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.client.OAuth2AuthorizationSuccessHandler;
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

	private final Supplier<Removals> removals;

	private final boolean clientCredentials;

	ManagerCoordinator(Supplier<Refresher> refresher, Supplier<Removals> removals, boolean clientCredentials) {
		this.refresher = refresher;
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
					+ "'. This version of Spring Security is not supported.", ex);
		}
		return bean;
	}

	private void coordinate(Object bean, String name) {
		if (bean instanceof OAuth2AuthorizedClientManager || bean instanceof OAuth2AuthorizedClientProvider) {
			coordinateAll(bean, name);
		}
		else {
			for (Object user : ManagerUsers.in(bean)) {
				if (ClientInternals.manager(user) instanceof OAuth2AuthorizedClientManager manager) {
					coordinateAll(manager, name);
				}
				ClientInternals.failureHandlerOfUser(user)
					.filter((handler) -> !(handler instanceof RefusalHandler))
					.ifPresent((handler) -> ClientInternals.setFailureHandlerOfUser(user, telling(handler)));
			}
		}
	}

	/**
	 * Coordinates a manager or provider, and all that it delegates to.
	 * @return the provider that refreshes tokens, if there is exactly one
	 */
	private @Nullable RefreshTokenOAuth2AuthorizedClientProvider coordinateAll(Object root, String name) {
		List<RefreshTokenOAuth2AuthorizedClientProvider> refreshing = new ArrayList<>();
		for (Object found : walk(root, name)) {
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
				coordinate(provider);
			}
		}
		return (refreshing.size() == 1) ? refreshing.get(0) : null;
	}

	/**
	 * Walks down to all managers and providers of Spring Security.
	 */
	private static Collection<Object> walk(Object root, String name) {
		Set<Object> found = Collections.newSetFromMap(new IdentityHashMap<>());
		Deque<Object> left = new ArrayDeque<>(List.of(root));
		while (!left.isEmpty()) {
			Object next = left.remove();
			if (!found.add(next) || next instanceof CoordinatedProvider) {
				continue;
			}
			if (next instanceof DelegatingOAuth2AuthorizedClientProvider delegating) {
				left.addAll(ClientInternals.providers(delegating));
			}
			else if (!next.getClass().getName().startsWith(SPRING_SECURITY)) {
				List<Object> delegates = Delegates.of(next);
				left.addAll(delegates);
				if (delegates.isEmpty()) {
					logger.warn(("Tokens may be refreshed without coordination by bean '%s': it has a %s of type %s, "
							+ "which OAuth2 State does not know, and which holds none of Spring Security's in a field")
						.formatted(name, (next instanceof OAuth2AuthorizedClientManager) ? "manager" : "provider",
								next.getClass().getName()));
				}
			}
		}
		return found;
	}

	private void coordinate(DefaultOAuth2AuthorizedClientManager manager, String name) {
		OAuth2AuthorizedClientProvider provider = ClientInternals.provider(manager);
		if (!(provider instanceof CoordinatedProvider)) {
			manager.setAuthorizedClientProvider(coordinated(own(provider, true), name, false));
			manager.setAuthorizationSuccessHandler(noting(ClientInternals.successHandler(manager)));
			manager.setAuthorizationFailureHandler(telling(ClientInternals.failureHandler(manager)));
		}
	}

	private void coordinate(AuthorizedClientServiceOAuth2AuthorizedClientManager manager, String name) {
		OAuth2AuthorizedClientProvider provider = ClientInternals.provider(manager);
		if (!(provider instanceof CoordinatedProvider)) {
			manager.setAuthorizedClientProvider(coordinated(own(provider, false), name, true));
			manager.setAuthorizationSuccessHandler(noting(ClientInternals.successHandler(manager)));
			manager.setAuthorizationFailureHandler(telling(ClientInternals.failureHandler(manager)));
		}
	}

	private OAuth2AuthorizationSuccessHandler noting(OAuth2AuthorizationSuccessHandler handler) {
		return (client, principal, attributes) -> {
			handler.onAuthorizationSuccess(client, principal, attributes);
			this.removals.get().saved(client, principal.getName());
		};
	}

	private OAuth2AuthorizationFailureHandler telling(OAuth2AuthorizationFailureHandler handler) {
		return new RefusalHandler(handler, this.removals);
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

	private CoordinatedProvider coordinated(OAuth2AuthorizedClientProvider provider, String name, boolean keptByName) {
		RefreshTokenOAuth2AuthorizedClientProvider refreshing = coordinateAll(provider, name);
		return new CoordinatedProvider(provider, (refreshing != null) ? EarlyProvider.like(refreshing) : null,
				this.refresher, keptByName);
	}

	private void coordinate(RefreshTokenOAuth2AuthorizedClientProvider provider) {
		var client = ClientInternals.tokenClient(provider);
		if (!(client instanceof CoordinatedRefreshClient)) {
			provider.setAccessTokenResponseClient(new CoordinatedRefreshClient(client, this.refresher));
		}
	}

	private void coordinate(ClientCredentialsOAuth2AuthorizedClientProvider provider) {
		var client = ClientInternals.tokenClient(provider);
		if (this.clientCredentials && !(client instanceof CoordinatedCredentialsClient)) {
			provider.setAccessTokenResponseClient(new CoordinatedCredentialsClient(client, this.refresher));
		}
	}

}
