package io.github.oauth2state.logout;

import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStoreException;

/**
 * Looks for marks without blocking a thread.
 *
 * @param marks the marks of the app
 * @param store the store that has them
 */
record ReactiveLogoutMarks(LogoutMarks marks, ReactiveStateStore store) {

	/**
	 * Looks in the store for a mark that ends a user's session, as
	 * {@link LogoutMarks#find}.
	 */
	Mono<LogoutMark> find(OidcUser user) {
		return Flux.fromIterable(this.marks.keys(user))
			.concatMap(this.store::find, 1)
			.map(LogoutMark::read)
			.filter((mark) -> mark.ends(IndexedSessions.since(user)))
			.next()
			.onErrorResume(StateStoreException.class, (ex) -> Mono.fromRunnable(() -> this.marks.pause(ex)));
	}

}
