package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.SessionIndex;

/**
 * What all filter chains of an app share, on either stack.
 */
final class LogoutServices implements DisposableBean {

	/**
	 * The attribute of a session that tells when a mark was last looked for.
	 */
	private static final String CHECKED = "oauth2-state.logout-checked";

	private static final Log logger = LogFactory.getLog(LogoutServices.class);

	private final SessionEnder ender;

	private final @Nullable IndexUpdates updates;

	private final LogoutEventPublisher events;

	private final EndedSessionPublisher ended;

	private final Duration checkInterval;

	private final InstantSource clock = InstantSource.system();

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
	}

	/**
	 * Creates what an app needs: an index of its sessions if instances share them and the
	 * store can have one, and marks otherwise.
	 * @param beans the beans of the app
	 * @param properties the properties of logout
	 * @param settings the settings that concern every capability
	 * @param environment knows the timeout of sessions
	 * @param ended tells whose sessions ended
	 * @param deletion deletes a session by its id, or {@code null} if instances do not
	 * share sessions
	 */
	static LogoutServices create(ListableBeanFactory beans, LogoutProperties properties, OAuth2StateSettings settings,
			Environment environment, EndedSessionPublisher ended, @Nullable Consumer<String> deletion) {
		ObjectProvider<StateStore> logins = beans.getBeanProvider(StateStore.class);
		ObjectProvider<ConfiguredStore<?>> stores = beans
			.getBeanProvider(ResolvableType.forClass(ConfiguredStore.class));
		ObjectProvider<LogoutListener> listeners = beans.getBeanProvider(LogoutListener.class);
		LogoutEventPublisher events = new LogoutEventPublisher(() -> listeners.orderedStream().toList());
		Optional<SessionIndex> index = ConfiguredStore.sharedIndex(settings.store(), logins, stores);
		InstantSource clock = InstantSource.system();
		boolean indexed = properties.isRegistryChosen(deletion != null, index.isPresent());
		if (indexed && deletion != null) {
			IndexedSessions sessions = new IndexedSessions(index.orElseThrow(), deletion, settings.namespace(), clock);
			return new LogoutServices(sessions, new IndexUpdates(sessions, clock), events, ended, Duration.ZERO);
		}
		LogoutMarks marks = new LogoutMarks(
				ConfiguredStore.decorate(storeOfMarks(beans, settings),
						beans.getBeanProvider(ConfiguredStore.Decorator.class)),
				settings.namespace(), properties.markTtl(environment));
		return new LogoutServices(marks, null, events, ended, properties.checkedCheckInterval());
	}

	/**
	 * Returns the store in which marks are left, undecorated. Stores of the app that
	 * cannot be told apart stop it here.
	 */
	static StateStore storeOfMarks(ListableBeanFactory beans, OAuth2StateSettings settings) {
		ObjectProvider<StateStore> logins = beans.getBeanProvider(StateStore.class);
		ObjectProvider<ConfiguredStore<?>> stores = beans
			.getBeanProvider(ResolvableType.forClass(ConfiguredStore.class));
		return ConfiguredStore.shared(settings.store(), logins, stores).orElseGet(logins::getObject);
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

	/**
	 * Returns whether a session is to look for marks with this request. Notes so at once,
	 * as other requests of the session come at the same time.
	 */
	boolean isCheckDue(AppSession session) {
		if (this.checkInterval.isZero()) {
			return true;
		}
		long now = this.clock.millis();
		if (session.attribute(CHECKED) instanceof String checked
				&& Math.abs(now - Long.parseLong(checked)) < this.checkInterval.toMillis()) {
			return false;
		}
		session.setAttribute(CHECKED, Long.toString(now));
		return true;
	}

	/**
	 * Lets a session look for marks again with its next request.
	 */
	void forgetCheck(AppSession session) {
		session.removeAttribute(CHECKED);
	}

	/**
	 * Ends the other sessions of a login whose refresh was refused, and publishes what
	 * happened.
	 * @param user the user
	 * @param own the session that the caller ends itself, or {@code null} if it has none
	 * @param registrationId the client whose refresh token was refused
	 */
	void endRefused(Authentication user, @Nullable AppSession own, String registrationId) {
		try {
			OidcUser oidc = ProviderSession.signedIn(user);
			SessionEnder.Result others = (oidc != null) ? endOthers(oidc, own) : SessionEnder.Result.ofEnded(0);
			this.events.publish(LogoutKind.REFUSED_REFRESH,
					(own != null) ? SessionEnder.Result.ofEnded(others.sessions() + 1) : others, registrationId);
		}
		catch (RuntimeException ex) {
			this.events.publishFailure(LogoutKind.REFUSED_REFRESH, LogoutOutcome.FAILED, registrationId, ex);
		}
	}

	private SessionEnder.Result endOthers(OidcUser user, @Nullable AppSession own) {
		// The tokens that were refused may be those of a younger login
		Instant latest = IndexedSessions.since(user);
		return (own != null) ? this.ender.endOthers(ProviderSession.userOf(own, user), latest, own.id())
				: this.ender.endOthers(user, latest, null);
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

	/**
	 * Warns of registrations for which Spring Security fails on every logout token.
	 * @param registrations those of a chain that takes logout tokens
	 */
	static void warnOfUnknownIssuers(Iterable<ClientRegistration> registrations) {
		for (ClientRegistration registration : registrations) {
			if (registration.getScopes() != null && registration.getScopes().contains(OidcScopes.OPENID)
					&& registration.getProviderDetails().getIssuerUri() == null) {
				logger.warn(
						("Logout tokens for the client registration '%s' cannot be checked, as its issuer is not known. "
								+ "Set issuer-uri of its provider in spring.security.oauth2.client.provider.")
							.formatted(registration.getRegistrationId()));
			}
		}
	}

	@Override
	public void destroy() {
		if (this.updates != null) {
			this.updates.stop();
		}
	}

}
