package io.github.oauth2state.login.reactive;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginStart;
import io.github.oauth2state.login.PendingLogins;

/**
 * A request to finish a login.
 *
 * @param exchange the request and its answer
 * @param note what is known of it
 * @param filter the filter that handles it, or {@code null} if the app makes the filters
 * @param callback the callback, or {@code null} if the browser has no binding cookie for
 * its state
 */
record CallbackAttempt(ReactiveExchange exchange, LoginNote note, LoginNote.@Nullable Kind filter,
		@Nullable LoginCallback callback) {

	CallbackAttempt(LoginNote.@Nullable Kind filter, PendingLogins logins, ReactiveExchange exchange) {
		this(exchange, LoginNote.of(exchange), filter,
				exchange.state().flatMap((state) -> logins.callback(state, exchange.browser())).orElse(null));
	}

	LoginNote.Kind kind() {
		return (this.filter != null) ? this.filter
				: Objects.requireNonNullElse(this.note.handler(), LoginNote.Kind.LOGIN);
	}

	boolean isLogin() {
		return kind() == LoginNote.Kind.LOGIN;
	}

	/**
	 * Refuses what the user has not asked for yet, wherever the app's callback is.
	 */
	void refusePrefetch() {
		if (this.note.isInsideCallbackFilter() && this.exchange.isPrefetch()) {
			throw new LoginStart.PrefetchException();
		}
	}

}
