package io.github.oauth2state.login.servlet;

import java.time.Duration;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;

/**
 * A pending login that the current request took, noted so that its outcome can be told
 * once Spring Security is done with it.
 *
 * @param kind which filter took it
 * @param path where it was kept
 * @param registrationId the client registration
 * @param providerError whether the provider sent an error instead of a code
 * @param sinceBegin how long ago the login began, where that is known
 * @param correlationId by which id log lines name it
 */
record TakenLogin(CallbackKind kind, LoginPath path, @Nullable String registrationId, boolean providerError,
		@Nullable Duration sinceBegin, String correlationId) {

	private static final String ATTRIBUTE = TakenLogin.class.getName();

	void note(HttpServletRequest request) {
		request.setAttribute(ATTRIBUTE, this);
		request.setAttribute(LoginPath.ATTRIBUTE, this.path);
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, this.correlationId);
	}

	LoginEvent event(LoginOutcome outcome, @Nullable String reason) {
		return new LoginEvent(outcome, this.path, this.registrationId, this.sinceBegin, reason, this.correlationId);
	}

	static @Nullable TakenLogin of(HttpServletRequest request) {
		return (TakenLogin) request.getAttribute(ATTRIBUTE);
	}

}
