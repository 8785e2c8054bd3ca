package io.github.oauth2state.store;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;

import io.github.oauth2state.config.StoreType;

/**
 * Thrown at startup when the app has several connections of a kind, and none of them is
 * the one to use.
 */
@SuppressWarnings("serial")
final class AmbiguousConnectionException extends RuntimeException {

	private final StoreType type;

	private final List<String> beans;

	AmbiguousConnectionException(StoreType type, NoUniqueBeanDefinitionException cause) {
		super("OAuth2 State cannot tell which connection to use for the store " + type, cause);
		this.type = type;
		this.beans = names(cause.getBeanNamesFound());
	}

	private static List<String> names(@Nullable Collection<String> found) {
		return (found != null) ? found.stream().sorted().toList() : List.of();
	}

	StoreType getType() {
		return this.type;
	}

	List<String> getBeans() {
		return this.beans;
	}

}
