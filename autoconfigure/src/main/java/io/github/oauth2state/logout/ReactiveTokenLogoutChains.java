package io.github.oauth2state.logout;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.web.server.AuthenticatedPrincipalServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.server.authentication.OAuth2LoginAuthenticationWebFilter;
import org.springframework.security.web.server.SecurityWebFilterChain;

/**
 * Adds the revocation of tokens to the logout of the filter chains of a reactive app,
 * before all other handlers: one of them may end the session that has the tokens.
 */
final class ReactiveTokenLogoutChains implements BeanPostProcessor {

	private final Consumer<OAuth2AuthorizedClient> revocation;

	private final ListableBeanFactory beans;

	/**
	 * Creates a processor.
	 * @param revocation revokes the tokens
	 * @param beans the beans of the app
	 */
	ReactiveTokenLogoutChains(Consumer<OAuth2AuthorizedClient> revocation, ListableBeanFactory beans) {
		this.revocation = revocation;
		this.beans = beans;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof SecurityWebFilterChain built) {
			ReactiveChain chain = ReactiveChain.of(built);
			ServerOAuth2AuthorizedClientRepository ofChain = ofChain(chain);
			chain.precede(new ReactiveTokenLogoutHandler(this.revocation, () -> (ofChain != null) ? ofChain : ofApp()),
					false);
		}
		return bean;
	}

	private static @Nullable ServerOAuth2AuthorizedClientRepository ofChain(ReactiveChain chain) {
		return chain.all(OAuth2LoginAuthenticationWebFilter.class)
			.map((filter) -> ReactiveChain.read(filter, "authorizedClientRepository"))
			.filter(ServerOAuth2AuthorizedClientRepository.class::isInstance)
			.map(ServerOAuth2AuthorizedClientRepository.class::cast)
			.findFirst()
			.orElse(null);
	}

	private @Nullable ServerOAuth2AuthorizedClientRepository ofApp() {
		ServerOAuth2AuthorizedClientRepository clients = this.beans
			.getBeanProvider(ServerOAuth2AuthorizedClientRepository.class)
			.getIfUnique();
		if (clients != null) {
			return clients;
		}
		ReactiveOAuth2AuthorizedClientService service = this.beans
			.getBeanProvider(ReactiveOAuth2AuthorizedClientService.class)
			.getIfUnique();
		return (service != null) ? new AuthenticatedPrincipalServerOAuth2AuthorizedClientRepository(service) : null;
	}

}
