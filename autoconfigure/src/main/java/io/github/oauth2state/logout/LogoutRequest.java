package io.github.oauth2state.logout;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What logout knows about the request that this thread handles. Spring Security does not
 * pass it to a registry, nor to what refreshes tokens.
 */
final class LogoutRequest {

	private static final ThreadLocal<@Nullable LogoutRequest> CURRENT = new ThreadLocal<>();

	private final List<Runnable> afterSave = new ArrayList<>();

	private int depth;

	private @Nullable WatchedRequest watched;

	private @Nullable String registrationId;

	private boolean added;

	private boolean ending;

	private boolean published;

	/**
	 * Enters a part of the request. Each call must be followed by one of {@link #leave}.
	 */
	static LogoutRequest enter() {
		LogoutRequest request = CURRENT.get();
		if (request == null) {
			request = new LogoutRequest();
			CURRENT.set(request);
		}
		request.depth++;
		return request;
	}

	static @Nullable LogoutRequest current() {
		return CURRENT.get();
	}

	/**
	 * Leaves a part of the request. When the outermost part is left, the session has been
	 * saved.
	 */
	void leave() {
		if (--this.depth == 0) {
			CURRENT.remove();
			this.afterSave.forEach(Runnable::run);
		}
	}

	/**
	 * Runs work when the session of this request has been saved.
	 */
	void afterSave(Runnable work) {
		this.afterSave.add(work);
	}

	/**
	 * Returns the request as the filter chain sees it, or {@code null} outside of it.
	 */
	@Nullable WatchedRequest watched() {
		return this.watched;
	}

	void setWatched(@Nullable WatchedRequest watched) {
		this.watched = watched;
	}

	/**
	 * Returns the registration that a logout token was sent to, if there is one.
	 */
	@Nullable String registrationId() {
		return this.registrationId;
	}

	void setRegistrationId(@Nullable String registrationId) {
		this.registrationId = registrationId;
	}

	/**
	 * Returns whether this request added its session to the index.
	 */
	boolean isAdded() {
		return this.added;
	}

	void setAdded() {
		this.added = true;
	}

	/**
	 * Returns whether the session of this request is to end with it.
	 */
	boolean isEnding() {
		return this.ending;
	}

	void setEnding(boolean ending) {
		this.ending = ending;
	}

	/**
	 * Returns whether it has been published what happened to the logout token.
	 */
	boolean isPublished() {
		return this.published;
	}

	void setPublished() {
		this.published = true;
	}

}
