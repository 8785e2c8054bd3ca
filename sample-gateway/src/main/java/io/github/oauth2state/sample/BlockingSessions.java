package io.github.oauth2state.sample;

import org.springframework.session.ReactiveSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Calls a blocking repository on threads that may block.
 *
 * @param <S> the type of the sessions
 */
class BlockingSessions<S extends Session> implements ReactiveSessionRepository<S> {

	private final SessionRepository<S> sessions;

	private final Scheduler threads = Schedulers.boundedElastic();

	BlockingSessions(SessionRepository<S> sessions) {
		this.sessions = sessions;
	}

	@Override
	public Mono<S> createSession() {
		return Mono.fromSupplier(this.sessions::createSession);
	}

	@Override
	public Mono<Void> save(S session) {
		return Mono.<Void>fromRunnable(() -> this.sessions.save(session)).subscribeOn(this.threads);
	}

	@Override
	public Mono<S> findById(String id) {
		return Mono.fromCallable(() -> this.sessions.findById(id)).subscribeOn(this.threads);
	}

	@Override
	public Mono<Void> deleteById(String id) {
		return Mono.<Void>fromRunnable(() -> this.sessions.deleteById(id)).subscribeOn(this.threads);
	}

}
