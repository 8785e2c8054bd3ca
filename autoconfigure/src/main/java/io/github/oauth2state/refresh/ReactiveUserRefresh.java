package io.github.oauth2state.refresh;

import java.io.IOException;
import java.util.Map;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizationSuccessHandler;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Mono;

import io.github.oauth2state.support.SafeLog;

/**
 * Wraps what refreshes the user in the session with new tokens, which Spring Security
 * does from version 7.1 on, before the tokens are saved.
 * <p>
 * If the provider does not answer, the tokens are kept, as in
 * {@link CoordinatedProvider}. If the request is gone, the user stays as it is: Spring
 * Security gives the session another id, which the browser would not receive.
 */
final class ReactiveUserRefresh implements ReactiveOAuth2AuthorizationSuccessHandler {

	/**
	 * The key of the signal in the Reactor context that the request is gone.
	 */
	static final Object GONE = ReactiveUserRefresh.class.getName() + ".GONE";

	private final SafeLog log = new SafeLog(CoordinatedProvider.class);

	private final ReactiveOAuth2AuthorizationSuccessHandler delegate;

	ReactiveUserRefresh(ReactiveOAuth2AuthorizationSuccessHandler delegate) {
		this.delegate = delegate;
	}

	@Override
	public Mono<Void> onAuthorizationSuccess(OAuth2AuthorizedClient client, Authentication principal,
			Map<String, Object> attributes) {
		return Mono.deferContextual((context) -> {
			Mono<Void> gone = context.<Mono<Void>>getOrEmpty(GONE).orElseGet(Mono::never);
			return Mono.defer(() -> this.delegate.onAuthorizationSuccess(client, principal, attributes))
				.takeUntilOther(gone)
				.onErrorResume(AuthenticationException.class, (failure) -> {
					boolean outage = CoordinatedProvider.hasCause(failure, ReactiveUserRefresh::isOutage);
					CoordinatedProvider.warn(this.log, client.getClientRegistration(), outage, failure);
					return outage ? Mono.empty() : Mono.error(failure);
				});
		});
	}

	private static boolean isOutage(Throwable cause) {
		return cause instanceof IOException || cause instanceof WebClientRequestException
				|| (cause instanceof WebClientResponseException answer
						&& CoordinatedProvider.isOverload(answer.getStatusCode()));
	}

}
