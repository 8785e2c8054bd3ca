package io.github.oauth2state.logout;

import java.util.Arrays;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.ResolvableType;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.support.SafeLog;

/**
 * The sessions of Spring Session, which an app may not have.
 */
final class SpringSessions {

	private SpringSessions() {
	}

	/**
	 * Returns what deletes a session.
	 * @param beans the beans of the app
	 * @param ended the listeners to tell whose session it was
	 * @return deletes a session by its id, or {@code null} if instances do not share
	 * sessions
	 */
	static @Nullable Consumer<String> deletion(ListableBeanFactory beans, EndedSessionPublisher ended) {
		boolean present = ClassUtils.isPresent("org.springframework.session.SessionRepository",
				SpringSessions.class.getClassLoader());
		return (present && Present.areShared(beans)) ? new Present(beans, ended)::delete : null;
	}

	private static final class Present {

		private final SafeLog log = new SafeLog(SpringSessions.class);

		private final ObjectProvider<SessionRepository<?>> repository;

		private final EndedSessionPublisher ended;

		/**
		 * Looks for the repository when the first session ends, as the app may configure
		 * it late.
		 */
		Present(ListableBeanFactory beans, EndedSessionPublisher ended) {
			this.repository = beans.getBeanProvider(ResolvableType.forClass(SessionRepository.class));
			this.ended = ended;
		}

		static boolean areShared(ListableBeanFactory beans) {
			return Arrays.stream(beans.getBeanNamesForType(SessionRepository.class, true, false))
				.anyMatch((name) -> !isInMemory(beans, name));
		}

		/**
		 * A bean that is declared by an interface must exist to tell.
		 */
		private static boolean isInMemory(ListableBeanFactory beans, String name) {
			Class<?> type = beans.getType(name);
			return (type == null || type.isInterface()) ? beans.getBean(name) instanceof MapSessionRepository
					: MapSessionRepository.class.isAssignableFrom(type);
		}

		void delete(String id) {
			SessionRepository<?> sessions = this.repository.getObject();
			Authentication user = this.ended.hasListeners() ? user(sessions, id) : null;
			sessions.deleteById(id);
			if (user != null) {
				this.ended.tell(user);
			}
		}

		/**
		 * A session that cannot be read must end nevertheless.
		 */
		private @Nullable Authentication user(SessionRepository<?> sessions, String id) {
			try {
				return user(sessions.findById(id));
			}
			catch (RuntimeException ex) {
				this.log.write((logger) -> logger
					.warn("A session that ends cannot be read (%s), so no listener is told whose it was"
						.formatted(SafeLog.describe(ex))));
				return null;
			}
		}

		private static @Nullable Authentication user(@Nullable Session session) {
			Object context = (session != null)
					? session.getAttribute(HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY) : null;
			return (context instanceof SecurityContext known) ? known.getAuthentication() : null;
		}

	}

}
