package io.github.oauth2state.logout;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.client.oidc.server.session.ReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * Makes the filter chains of a reactive app end sessions that are over, once it is known
 * which of them take logout tokens.
 */
final class ReactiveLogoutChains implements BeanPostProcessor {

	private static final String TAKES_TOKENS = "OidcBackChannelLogoutWebFilter";

	private static final String HAS_REGISTRY = "OidcSessionRegistryWebFilter";

	private final Supplier<LogoutServices> services;

	private final ListableBeanFactory beans;

	/**
	 * Creates a processor.
	 * @param services what all filter chains share; asked for with the first one
	 * @param beans the beans of the app
	 */
	ReactiveLogoutChains(Supplier<LogoutServices> services, ListableBeanFactory beans) {
		this.services = services;
		this.beans = beans;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof SecurityWebFilterChain built) {
			complete(ReactiveChain.of(built), this.services.get());
		}
		return bean;
	}

	private void complete(ReactiveChain chain, LogoutServices services) {
		if (services.updates() != null) {
			chain.precede(removal(services.updates()), true);
		}
		chain.all(ReactiveSessionLogoutFilter.class).forEach((filter) -> filter.end().setHandlers(chain.endHandler()));
		if (chain.named(TAKES_TOKENS).isPresent() && usesSharedRegistry(chain)) {
			services.setInUse();
			chain.all(ReactiveLogoutTokenFilter.class).forEach(ReactiveLogoutTokenFilter::activate);
			this.beans.getBeanProvider(InMemoryReactiveClientRegistrationRepository.class)
				.ifUnique(LogoutServices::warnOfUnknownIssuers);
		}
	}

	private static ServerLogoutHandler removal(IndexUpdates updates) {
		return (exchange, authentication) -> {
			OidcUser user = ProviderSession.signedIn(authentication);
			if (user == null) {
				return Mono.empty();
			}
			return exchange.getExchange()
				.getSession()
				.doOnNext((session) -> updates.remove(session.getId(),
						ProviderSession.userOf(new ReactiveSession(session), user)))
				.then();
		};
	}

	/**
	 * Returns whether neither the filter chain nor the app has a registry of its own. A
	 * chain may also be given the shared one.
	 */
	private boolean usesSharedRegistry(ReactiveChain chain) {
		Object ofChain = chain.named(HAS_REGISTRY).map(ReactiveLogoutChains::registry).orElse(null);
		return (ofChain != null) ? ofChain instanceof ReactiveSharedOidcSessionRegistry
				: List.of(this.beans.getBeanNamesForType(ReactiveOidcSessionRegistry.class))
					.equals(List.of(ReactiveLogoutAutoConfiguration.REGISTRY));
	}

	private static @Nullable Object registry(WebFilter filter) {
		return ReactiveChain.read(filter, "oidcSessionRegistry");
	}

}
