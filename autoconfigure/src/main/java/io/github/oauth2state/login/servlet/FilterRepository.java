package io.github.oauth2state.login.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * The shared repository as a bean, for filters that an app makes itself. It does not know
 * which filter asks, but what it is asked tells: the filter for clients loads before it
 * removes, and the one for logins only removes.
 */
final class FilterRepository implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {

	private static final String LOADED = FilterRepository.class.getName() + ".LOADED";

	private final SharedAuthorizationRequestRepository logins;

	private final SharedAuthorizationRequestRepository clients;

	FilterRepository(LoginServices services, ChainContext chain) {
		this.logins = new SharedAuthorizationRequestRepository(CallbackKind.LOGIN, services, chain);
		this.clients = new SharedAuthorizationRequestRepository(CallbackKind.CLIENT, services, chain);
	}

	/**
	 * Keeps also what a browser sent ahead: the failure handler that would refuse it is
	 * that of the app's own filter.
	 */
	@Override
	public void saveAuthorizationRequest(@Nullable OAuth2AuthorizationRequest authorizationRequest,
			HttpServletRequest request, HttpServletResponse response) {
		this.logins.save(authorizationRequest, request, response);
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
		request.setAttribute(LOADED, true);
		return this.clients.loadAuthorizationRequest(request);
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(HttpServletRequest request,
			HttpServletResponse response) {
		boolean loaded = request.getAttribute(LOADED) != null;
		return (loaded ? this.clients : this.logins).removeAuthorizationRequest(request, response);
	}

}
