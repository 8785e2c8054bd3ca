package io.github.oauth2state.logout;

import java.util.ArrayList;
import java.util.List;

import org.springframework.session.MapSession;
import org.springframework.session.ReactiveSessionRepository;
import reactor.core.publisher.Mono;

/**
 * Sessions that instances of a reactive app seem to share. None can be found.
 */
final class FakeReactiveSessions implements ReactiveSessionRepository<MapSession> {

	final List<String> deleted = new ArrayList<>();

	@Override
	public Mono<MapSession> createSession() {
		return Mono.fromSupplier(MapSession::new);
	}

	@Override
	public Mono<Void> save(MapSession session) {
		return Mono.empty();
	}

	@Override
	public Mono<MapSession> findById(String id) {
		return Mono.empty();
	}

	@Override
	public Mono<Void> deleteById(String id) {
		return Mono.fromRunnable(() -> this.deleted.add(id));
	}

}
