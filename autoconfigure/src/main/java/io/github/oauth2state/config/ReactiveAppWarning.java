package io.github.oauth2state.config;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Says at startup that a reactive app does not get what it was configured for.
 */
final class ReactiveAppWarning {

	private static final Log logger = LogFactory.getLog(ReactiveAppWarning.class);

	ReactiveAppWarning(@Nullable StoreType store) {
		String although = (store != null)
				? ", although oauth2-state.store is '" + store.name().toLowerCase(Locale.ROOT) + "'" : "";
		logger.warn("OAuth2 State does not support reactive apps (WebFlux) yet: a login stays in the session of the "
				+ "instance on which it began" + although + ". Let instances share sessions, or make the balancer "
				+ "sticky. To get rid of this warning, set oauth2-state.enabled=false or remove the starter.");
	}

}
