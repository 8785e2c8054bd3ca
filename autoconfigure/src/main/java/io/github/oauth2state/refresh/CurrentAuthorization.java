package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * What Spring Security is authorizing on this thread: the request for tokens itself does
 * not say for whom it is.
 *
 * @param principal the user
 * @param early whether the tokens have not been due yet
 */
record CurrentAuthorization(Authentication principal, boolean early) {

	private static final ThreadLocal<@Nullable CurrentAuthorization> CURRENT = new ThreadLocal<>();

	static @Nullable CurrentAuthorization get() {
		return CURRENT.get();
	}

	<T extends @Nullable Object> T call(Supplier<T> action) {
		CurrentAuthorization outer = CURRENT.get();
		CURRENT.set(this);
		try {
			return action.get();
		}
		finally {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}
	}

}
