package io.github.oauth2state.logout;

import java.util.ArrayList;
import java.util.List;

import org.springframework.session.MapSession;
import org.springframework.session.SessionRepository;

/**
 * Sessions that instances seem to share. None can be found, and reading one may fail.
 */
final class FakeSessions implements SessionRepository<MapSession> {

	final List<String> deleted = new ArrayList<>();

	private final boolean readable;

	FakeSessions(boolean readable) {
		this.readable = readable;
	}

	@Override
	public MapSession createSession() {
		return new MapSession();
	}

	@Override
	public void save(MapSession session) {
		// Nothing is kept
	}

	@Override
	public MapSession findById(String id) {
		if (!this.readable) {
			throw new IllegalStateException("Its class has changed");
		}
		return null;
	}

	@Override
	public void deleteById(String id) {
		this.deleted.add(id);
	}

}
