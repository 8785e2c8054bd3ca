package io.github.oauth2state.sample;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;

/**
 * Follows a login from its begin to its callback: writes this instance's name and the
 * time into the authorization request, and reads back from it which instance began the
 * login, and when.
 */
@Component
class LoginTracer implements Converter<OAuth2LoginAuthenticationToken, OAuth2AuthenticationToken> {

	private final InstanceName instance;

	private final ObjectProvider<StateStore> store;

	private final boolean tellsProvider;

	private final Clock clock = Clock.systemUTC();

	LoginTracer(InstanceName instance, ObjectProvider<StateStore> store,
			@Value("${sample.tells-provider:false}") boolean tellsProvider) {
		this.instance = instance;
		this.store = store;
		this.tellsProvider = tellsProvider;
	}

	/**
	 * Called when a login begins.
	 * @param request the authorization request in the making
	 */
	void begin(OAuth2AuthorizationRequest.Builder request) {
		List<Object> begin = List.of(this.instance.get(), this.clock.instant());
		request.attributes((attributes) -> attributes.put(LoginTrace.ATTRIBUTE, begin));
		if (this.tellsProvider) {
			request.additionalParameters((parameters) -> {
				parameters.put("begun_on", this.instance.get());
				parameters.put("begun_pid", String.valueOf(ProcessHandle.current().pid()));
			});
		}
	}

	/**
	 * Called when the provider has confirmed a login. This is the one place that sees the
	 * authorization request again, so the trace is taken here.
	 */
	@Override
	public OAuth2AuthenticationToken convert(OAuth2LoginAuthenticationToken login) {
		RequestAttributes callback = RequestContextHolder.currentRequestAttributes();
		Object begin = login.getAuthorizationExchange().getAuthorizationRequest().getAttribute(LoginTrace.ATTRIBUTE);
		LoginTrace trace = new LoginTrace(part(begin, 0, String.class), part(begin, 1, Instant.class), path(callback),
				store(), login.getClientRegistration().getClientName(), InstanceHeaderFilter.arrival(callback),
				this.instance.get(), this.clock.instant());
		callback.setAttribute(LoginTrace.ATTRIBUTE, trace, RequestAttributes.SCOPE_SESSION);
		return new OAuth2AuthenticationToken(login.getPrincipal(), login.getAuthorities(),
				login.getClientRegistration().getRegistrationId());
	}

	/**
	 * Reads what another instance wrote, which may be of another release.
	 */
	private static <T> @Nullable T part(@Nullable Object begin, int index, Class<T> type) {
		if (!(begin instanceof List<?> parts) || parts.size() <= index) {
			return null;
		}
		Object part = parts.get(index);
		return type.isInstance(part) ? type.cast(part) : null;
	}

	private static String path(RequestAttributes callback) {
		Object path = callback.getAttribute(LoginPath.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
		return ((path != null) ? path : LoginPath.SESSION).toString().toLowerCase(Locale.ROOT);
	}

	private @Nullable String store() {
		StateStore store = this.store.getIfUnique();
		return (store != null) ? store.name() : null;
	}

}
