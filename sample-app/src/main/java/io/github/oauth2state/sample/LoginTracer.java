package io.github.oauth2state.sample;

import java.util.Locale;

import org.springframework.core.convert.converter.Converter;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

import io.github.oauth2state.LoginPath;

/**
 * Follows a login from its begin to its callback: writes this instance's name into the
 * authorization request, and reads back from it which instance began the login.
 */
@Component
class LoginTracer implements Converter<OAuth2LoginAuthenticationToken, OAuth2AuthenticationToken> {

	private final InstanceName instance;

	LoginTracer(InstanceName instance) {
		this.instance = instance;
	}

	/**
	 * Called when a login begins.
	 * @param request the authorization request in the making
	 */
	void begin(OAuth2AuthorizationRequest.Builder request) {
		request.attributes((attributes) -> attributes.put(LoginTrace.ATTRIBUTE, this.instance.get()));
	}

	/**
	 * Called when the provider has confirmed a login. This is the one place that sees the
	 * authorization request again, so the trace is taken here.
	 */
	@Override
	public OAuth2AuthenticationToken convert(OAuth2LoginAuthenticationToken login) {
		RequestAttributes callback = RequestContextHolder.currentRequestAttributes();
		String begunOn = login.getAuthorizationExchange().getAuthorizationRequest().getAttribute(LoginTrace.ATTRIBUTE);
		LoginTrace trace = new LoginTrace(begunOn, this.instance.get(), path(callback));
		callback.setAttribute(LoginTrace.ATTRIBUTE, trace, RequestAttributes.SCOPE_SESSION);
		return new OAuth2AuthenticationToken(login.getPrincipal(), login.getAuthorities(),
				login.getClientRegistration().getRegistrationId());
	}

	private static String path(RequestAttributes callback) {
		Object path = callback.getAttribute(LoginPath.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
		return ((path != null) ? path : LoginPath.SESSION).toString().toLowerCase(Locale.ROOT);
	}

}
