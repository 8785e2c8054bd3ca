package io.github.oauth2state.sample;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.stereotype.Component;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;

/**
 * Follows a login from its begin to its callback: writes this instance's name and the
 * time into the authorization request, and reads back from it which instance began the
 * login, and when.
 */
@Component
class LoginTraces {

	private final InstanceName instance;

	private final ObjectProvider<StateStore> store;

	private final boolean tellsProvider;

	private final Clock clock = Clock.systemUTC();

	LoginTraces(InstanceName instance, ObjectProvider<StateStore> store,
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
	 * Called when the provider has confirmed a login.
	 * @param request the authorization request, as it was kept
	 * @param path where it was kept, as an attribute of the callback tells
	 * @param provider where the user logged in
	 * @param returnedAt when the callback came
	 * @return the trace
	 */
	LoginTrace end(OAuth2AuthorizationRequest request, @Nullable Object path, String provider,
			@Nullable Instant returnedAt) {
		Object begin = request.getAttribute(LoginTrace.ATTRIBUTE);
		StateStore store = this.store.getIfUnique();
		return new LoginTrace(part(begin, 0, String.class), part(begin, 1, Instant.class),
				((path != null) ? path : LoginPath.SESSION).toString().toLowerCase(Locale.ROOT),
				(store != null) ? store.name() : null, provider, returnedAt, this.instance.get(), this.clock.instant());
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

}
