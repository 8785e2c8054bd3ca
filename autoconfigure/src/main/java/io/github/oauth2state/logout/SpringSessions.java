package io.github.oauth2state.logout;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.ResolvableType;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.support.SafeLog;

/**
 * The sessions of Spring Session, which an app may not have.
 */
final class SpringSessions {

	/**
	 * The attribute that both stacks of Spring Security keep the user in.
	 */
	private static final String SECURITY_CONTEXT = "SPRING_SECURITY_CONTEXT";

	private static final SafeLog log = new SafeLog(SpringSessions.class);

	private SpringSessions() {
	}

	/**
	 * Returns what deletes a session of a servlet app.
	 * @param beans the beans of the app
	 * @param ended the listeners to tell whose session it was
	 * @return deletes a session by its id, or {@code null} if instances do not share
	 * sessions
	 */
	static @Nullable Consumer<String> deletion(ListableBeanFactory beans, EndedSessionPublisher ended) {
		return (isPresent() && Present.areShared(beans)) ? Present.deletion(beans, ended) : null;
	}

	static boolean isPresent() {
		return ClassUtils.isPresent("org.springframework.session.SessionRepository",
				SpringSessions.class.getClassLoader());
	}

	/**
	 * Returns whether instances share the sessions of a repository.
	 * @param beans the beans of the app
	 * @param repository the type of the repository
	 * @param inMemory the type that has sessions in the memory of one instance
	 */
	static boolean areShared(ListableBeanFactory beans, Class<?> repository, Class<?> inMemory) {
		return Arrays.stream(beans.getBeanNamesForType(repository, true, false))
			.anyMatch((name) -> !isInMemory(beans, name, inMemory));
	}

	/**
	 * A bean that is declared by an interface must exist to tell.
	 */
	private static boolean isInMemory(ListableBeanFactory beans, String name, Class<?> inMemory) {
		Class<?> type = beans.getType(name);
		return (type == null || type.isInterface()) ? inMemory.isInstance(beans.getBean(name))
				: inMemory.isAssignableFrom(type);
	}

	/**
	 * Returns what deletes a session and tells whose it was.
	 * @param find finds a session by its id
	 * @param delete deletes a session by its id
	 * @param ended the listeners to tell
	 */
	static Consumer<String> deletion(Function<String, @Nullable Session> find, Consumer<String> delete,
			EndedSessionPublisher ended) {
		return (id) -> {
			Authentication user = ended.hasListeners() ? user(find, id) : null;
			delete.accept(id);
			if (user != null) {
				ended.tell(user);
			}
		};
	}

	/**
	 * A session that cannot be read must end nevertheless.
	 */
	private static @Nullable Authentication user(Function<String, @Nullable Session> find, String id) {
		try {
			Session session = find.apply(id);
			Object context = (session != null) ? session.getAttribute(SECURITY_CONTEXT) : null;
			return (context instanceof SecurityContext known) ? known.getAuthentication() : null;
		}
		catch (RuntimeException ex) {
			log.write((logger) -> logger
				.warn("A session that ends cannot be read (%s), so no listener is told whose it was"
					.formatted(SafeLog.describe(ex))));
			return null;
		}
	}

	private static final class Present {

		static boolean areShared(ListableBeanFactory beans) {
			return SpringSessions.areShared(beans, SessionRepository.class, MapSessionRepository.class);
		}

		/**
		 * Looks for the repository when the first session ends, as the app may configure
		 * it late.
		 */
		static Consumer<String> deletion(ListableBeanFactory beans, EndedSessionPublisher ended) {
			ObjectProvider<SessionRepository<?>> repository = beans
				.getBeanProvider(ResolvableType.forClass(SessionRepository.class));
			return SpringSessions.deletion((id) -> repository.getObject().findById(id),
					(id) -> repository.getObject().deleteById(id), ended);
		}

	}

}
