package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.ResolvableType;
import org.springframework.session.ReactiveMapSessionRepository;
import org.springframework.session.ReactiveSessionRepository;

/**
 * The sessions of Spring Session in a reactive app, which it may not have.
 */
final class ReactiveSpringSessions {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private ReactiveSpringSessions() {
	}

	/**
	 * Returns what deletes a session, as {@link SpringSessions#deletion}, on a thread
	 * that may block.
	 */
	static @Nullable Consumer<String> deletion(ListableBeanFactory beans, EndedSessionPublisher ended) {
		return (SpringSessions.isPresent() && Present.areShared(beans)) ? Present.deletion(beans, ended) : null;
	}

	private static final class Present {

		static boolean areShared(ListableBeanFactory beans) {
			return SpringSessions.areShared(beans, ReactiveSessionRepository.class, ReactiveMapSessionRepository.class);
		}

		static Consumer<String> deletion(ListableBeanFactory beans, EndedSessionPublisher ended) {
			ObjectProvider<ReactiveSessionRepository<?>> repository = beans
				.getBeanProvider(ResolvableType.forClass(ReactiveSessionRepository.class));
			return SpringSessions.deletion((id) -> repository.getObject().findById(id).block(TIMEOUT),
					(id) -> repository.getObject().deleteById(id).block(TIMEOUT), ended);
		}

	}

}
