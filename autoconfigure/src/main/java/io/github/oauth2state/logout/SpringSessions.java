package io.github.oauth2state.logout;

import java.util.Arrays;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.ResolvableType;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.SessionRepository;
import org.springframework.util.ClassUtils;

/**
 * The sessions of Spring Session, which an app may not have.
 */
final class SpringSessions {

	private SpringSessions() {
	}

	/**
	 * Returns what deletes a session.
	 * @param beans the beans of the app
	 * @return deletes a session by its id, or {@code null} if instances do not share
	 * sessions
	 */
	static @Nullable Consumer<String> deletion(ListableBeanFactory beans) {
		boolean present = ClassUtils.isPresent("org.springframework.session.SessionRepository",
				SpringSessions.class.getClassLoader());
		return present ? Present.deletion(beans) : null;
	}

	private static final class Present {

		static @Nullable Consumer<String> deletion(ListableBeanFactory beans) {
			boolean shared = Arrays.stream(beans.getBeanNamesForType(SessionRepository.class, true, false))
				.anyMatch((name) -> !beans.isTypeMatch(name, MapSessionRepository.class));
			if (!shared) {
				return null;
			}
			// Not created before the first session ends, as the app may configure it late
			ObjectProvider<SessionRepository<?>> repository = beans
				.getBeanProvider(ResolvableType.forClass(SessionRepository.class));
			return (id) -> repository.getObject().deleteById(id);
		}

	}

}
