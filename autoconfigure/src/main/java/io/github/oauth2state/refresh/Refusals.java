package io.github.oauth2state.refresh;

import java.util.List;
import java.util.function.Supplier;

import org.springframework.security.core.Authentication;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.tokens.RefusalHandler;

/**
 * Hands on refusals of users' refresh tokens, once for each request. A handler that fails
 * changes nothing for the request.
 */
final class Refusals {

	private static final String HANDED_ON = Refusals.class.getName() + ".";

	private final SafeLog log = new SafeLog(Refusals.class);

	private final Supplier<List<RefusalHandler>> handlers;

	/**
	 * Creates an object.
	 * @param handlers handle the refusals; asked for with the first one, as they may need
	 * what refreshes tokens
	 */
	Refusals(Supplier<List<RefusalHandler>> handlers) {
		this.handlers = handlers;
	}

	/**
	 * Hands on that the provider refused a refresh token for good.
	 */
	void handOn(DueTokenRefresh refused) {
		CurrentAuthorization authorization = refused.authorization();
		Authentication user = (authorization != null) ? authorization.user() : null;
		List<RefusalHandler> called = this.handlers.get();
		if (user == null || called.isEmpty() || isHandedOn(refused.registration().getRegistrationId())) {
			return;
		}
		for (RefusalHandler handler : called) {
			try {
				handler.onRefusal(refused.registration(), user);
			}
			catch (RuntimeException ex) {
				this.log.write((logger) -> logger.warn("A refused refresh of registration '%s' could not be handled: %s"
					.formatted(refused.registration().getRegistrationId(), SafeLog.describe(ex))));
			}
		}
	}

	/**
	 * A page may ask for tokens several times. A job has no request, and asks once.
	 */
	private static boolean isHandedOn(String registrationId) {
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		if (request == null) {
			return false;
		}
		String name = HANDED_ON + registrationId;
		try {
			boolean handedOn = request.getAttribute(name, RequestAttributes.SCOPE_REQUEST) != null;
			request.setAttribute(name, true, RequestAttributes.SCOPE_REQUEST);
			return handedOn;
		}
		catch (IllegalStateException ex) {
			// The request has ended, and its thread continues
			return false;
		}
	}

}
