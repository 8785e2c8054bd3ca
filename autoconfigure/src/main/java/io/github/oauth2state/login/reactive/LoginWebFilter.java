package io.github.oauth2state.login.reactive;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginStart;
import io.github.oauth2state.login.LostLoginException;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.support.SafeLog;

/**
 * Surrounds the filters of Spring Security that start logins and handle callbacks. It
 * answers for logins that cannot start, recovers callbacks whose pending login is gone,
 * refuses what the browser prefetches, and publishes how the other callbacks ended.
 */
final class LoginWebFilter implements WebFilter {

	private final ReactiveCallbackRecovery recovery;

	private final PendingLogins logins;

	private final SignInCountWebFilter signIns;

	private final ReactiveLoginChain chain;

	LoginWebFilter(ReactiveCallbackRecovery recovery, PendingLogins logins, SignInCountWebFilter signIns,
			ReactiveLoginChain chain) {
		this.recovery = recovery;
		this.logins = logins;
		this.signIns = signIns;
		this.chain = chain;
	}

	/**
	 * Returns the filter chain of which this filter is a part.
	 */
	ReactiveLoginChain chain() {
		return this.chain;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange changed, WebFilterChain chain) {
		return Mono.defer(() -> {
			ServerWebExchange exchange = FormPostWebFilter.withParameters(changed);
			ReactiveExchange call = new ReactiveExchange(exchange);
			LoginNote note = LoginNote.of(call);
			AtomicBoolean ended = new AtomicBoolean();
			note.setInsideCallbackFilter(true);
			exchange.getResponse().beforeCommit(() -> this.signIns.countSignIn(call));
			return chain.filter(exchange)
				.doOnSuccess((done) -> end(note, ended, null))
				.doOnError((ex) -> end(note, ended, SafeLog.describe(ex)))
				.doOnCancel(() -> end(note, ended, "cancelled"))
				.onErrorResume((ex) -> answer(call, note, ex));
		});
	}

	private Mono<Void> answer(ReactiveExchange exchange, LoginNote note, Throwable failure) {
		if (failure instanceof LostLoginException lost) {
			return this.recovery.recover(exchange, lost);
		}
		if (exchange.isCommitted()) {
			return Mono.error(failure);
		}
		if (failure instanceof LoginStart.PrefetchException) {
			exchange.refusePrefetch();
			return Mono.empty();
		}
		LoginNote.Refused refused = note.refused();
		return (refused != null)
				? exchange.write(refused.page().answer(exchange, refused.retryPath(), refused.correlationId()))
				: Mono.error(failure);
	}

	/**
	 * Publishes the outcome of a callback once.
	 * @param failure why the app did not answer, or {@code null} if it did
	 */
	private void end(LoginNote note, AtomicBoolean ended, @Nullable String failure) {
		LoginNote.Taken taken = note.taken();
		note.setInsideCallbackFilter(false);
		if (taken == null || !ended.compareAndSet(false, true)) {
			return;
		}
		String reason = (failure != null) ? failure : note.failureReason();
		if (taken.providerError() && !"cancelled".equals(failure)) {
			this.logins.publish(taken.event(LoginOutcome.PROVIDER_ERROR, null));
		}
		else {
			this.logins.publish(taken.event((reason != null) ? LoginOutcome.FAILED : LoginOutcome.COMPLETED, reason));
		}
	}

}
