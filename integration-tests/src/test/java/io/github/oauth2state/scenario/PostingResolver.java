package io.github.oauth2state.scenario;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * Asks the provider to post the callback, where the URL that begins the login says so.
 *
 * @param delegate resolves the rest
 */
record PostingResolver(OAuth2AuthorizationRequestResolver delegate) implements OAuth2AuthorizationRequestResolver {

	@Override
	public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
		return posting(this.delegate.resolve(request), request);
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request, String clientRegistrationId) {
		return posting(this.delegate.resolve(request, clientRegistrationId), request);
	}

	private static @Nullable OAuth2AuthorizationRequest posting(@Nullable OAuth2AuthorizationRequest resolved,
			HttpServletRequest request) {
		if (resolved == null || request.getParameter("post") == null) {
			return resolved;
		}
		return OAuth2AuthorizationRequest.from(resolved)
			.additionalParameters((all) -> all.put("response_mode", "form_post"))
			.build();
	}

}
