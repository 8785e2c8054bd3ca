package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;

/**
 * What all filter chains of an app share.
 */
final class LogoutServices implements DisposableBean {

	private static final Log logger = LogFactory.getLog(LogoutServices.class);

	private final SessionEnder ender;

	private final @Nullable IndexUpdates updates;

	private final LogoutEventPublisher events;

	private final EndedSessionPublisher ended;

	private final Duration checkInterval;

	private final OidcSessionRegistry registry;

	private volatile boolean inUse;

	/**
	 * Creates services.
	 * @param ender ends sessions
	 * @param updates adds sessions to the index, or {@code null} if sessions look for
	 * marks
	 * @param events tells what happens
	 * @param ended tells whose sessions ended
	 * @param checkInterval how often a session looks for marks
	 */
	LogoutServices(SessionEnder ender, @Nullable IndexUpdates updates, LogoutEventPublisher events,
			EndedSessionPublisher ended, Duration checkInterval) {
		this.ender = ender;
		this.updates = updates;
		this.events = events;
		this.ended = ended;
		this.checkInterval = checkInterval;
		this.registry = new SharedOidcSessionRegistry(ender, updates, events);
	}

	SessionEnder ender() {
		return this.ender;
	}

	/**
	 * Returns the marks that sessions look for, or {@code null} if there is an index.
	 */
	@Nullable LogoutMarks marks() {
		return (this.ender instanceof LogoutMarks marks) ? marks : null;
	}

	@Nullable IndexUpdates updates() {
		return this.updates;
	}

	LogoutEventPublisher events() {
		return this.events;
	}

	EndedSessionPublisher ended() {
		return this.ended;
	}

	Duration checkInterval() {
		return this.checkInterval;
	}

	OidcSessionRegistry registry() {
		return this.registry;
	}

	/**
	 * Returns whether anything can end sessions. As long as nothing can, filters do
	 * nothing.
	 */
	boolean isInUse() {
		return this.inUse;
	}

	void setInUse() {
		if (!this.inUse) {
			this.inUse = true;
			logger.info("Logout reaches all instances: " + ((this.updates != null)
					? "the store knows the sessions, and the instance that receives a logout token deletes them"
					: "marks in the store end the sessions, each of which looks for its own every "
							+ DurationStyle.SIMPLE.print(this.checkInterval, ChronoUnit.SECONDS)));
		}
	}

	@Override
	public void destroy() {
		if (this.updates != null) {
			this.updates.stop();
		}
	}

}
