package io.github.oauth2state.metrics;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStoreException.Reason;

/**
 * Writes constants as the values of tags.
 */
final class TagValues {

	private TagValues() {
	}

	static String of(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	static String ofFailure(@Nullable Reason failure) {
		return (failure != null) ? of(failure) : "success";
	}

}
