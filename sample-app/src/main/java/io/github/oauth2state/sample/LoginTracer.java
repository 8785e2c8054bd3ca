package io.github.oauth2state.sample;

import org.springframework.core.convert.converter.Converter;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

import io.github.oauth2state.LoginPath;

/**
 * Keeps the trace of a login in the session when the provider has confirmed it. This is
 * the one place that sees the authorization request again.
 */
@Component
class LoginTracer implements Converter<OAuth2LoginAuthenticationToken, OAuth2AuthenticationToken> {

	private final LoginTraces traces;

	LoginTracer(LoginTraces traces) {
		this.traces = traces;
	}

	@Override
	public OAuth2AuthenticationToken convert(OAuth2LoginAuthenticationToken login) {
		RequestAttributes callback = RequestContextHolder.currentRequestAttributes();
		ClientRegistration registration = login.getClientRegistration();
		LoginTrace trace = this.traces.end(login.getAuthorizationExchange().getAuthorizationRequest(),
				callback.getAttribute(LoginPath.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST),
				registration.getClientName(), InstanceHeaderFilter.arrival(callback));
		callback.setAttribute(LoginTrace.ATTRIBUTE, trace, RequestAttributes.SCOPE_SESSION);
		return new OAuth2AuthenticationToken(login.getPrincipal(), login.getAuthorities(),
				registration.getRegistrationId());
	}

}
