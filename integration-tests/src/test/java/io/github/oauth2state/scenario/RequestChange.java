package io.github.oauth2state.scenario;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Changes authorization requests as the URL that begins the login asks for.
 */
@FunctionalInterface
interface RequestChange {

	/**
	 * Asks the provider to post the callback.
	 */
	RequestChange POSTED_CALLBACK = (parameters, request) -> parameters.apply("post")
		.ifPresent((post) -> request.additionalParameters((all) -> all.put("response_mode", "form_post")));

	/**
	 * Changes a request.
	 * @param parameters the parameters of the URL
	 * @param request the request
	 */
	void apply(Function<String, Optional<String>> parameters, OAuth2AuthorizationRequest.Builder request);

	private OAuth2AuthorizationRequest changed(OAuth2AuthorizationRequest request,
			Function<String, @Nullable String> parameters) {
		OAuth2AuthorizationRequest.Builder builder = OAuth2AuthorizationRequest.from(request);
		apply(parameters.andThen(Optional::ofNullable), builder);
		return builder.build();
	}

	/**
	 * Returns a resolver that changes what another one resolves.
	 */
	default OAuth2AuthorizationRequestResolver on(OAuth2AuthorizationRequestResolver resolver) {
		return new OAuth2AuthorizationRequestResolver() {

			@Override
			public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
				return change(resolver.resolve(request), request);
			}

			@Override
			public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request, String registrationId) {
				return change(resolver.resolve(request, registrationId), request);
			}

			private @Nullable OAuth2AuthorizationRequest change(@Nullable OAuth2AuthorizationRequest resolved,
					HttpServletRequest request) {
				return (resolved != null) ? changed(resolved, request::getParameter) : null;
			}

		};
	}

	/**
	 * Returns a resolver that changes what another one resolves.
	 */
	default ServerOAuth2AuthorizationRequestResolver on(ServerOAuth2AuthorizationRequestResolver resolver) {
		return new ServerOAuth2AuthorizationRequestResolver() {

			@Override
			public Mono<OAuth2AuthorizationRequest> resolve(ServerWebExchange exchange) {
				return change(resolver.resolve(exchange), exchange);
			}

			@Override
			public Mono<OAuth2AuthorizationRequest> resolve(ServerWebExchange exchange, String registrationId) {
				return change(resolver.resolve(exchange, registrationId), exchange);
			}

			private Mono<OAuth2AuthorizationRequest> change(Mono<OAuth2AuthorizationRequest> resolved,
					ServerWebExchange exchange) {
				Map<String, String> parameters = exchange.getRequest().getQueryParams().toSingleValueMap();
				return resolved.map((request) -> changed(request,
						(name) -> parameters.containsKey(name) ? String.valueOf(parameters.get(name)) : null));
			}

		};
	}

}
