package io.github.oauth2state.config;

import org.jspecify.annotations.Nullable;

/**
 * A property below {@code oauth2-state} that the library does not have.
 *
 * @param name its name as it was given
 * @param origin where it was given
 * @param meant the property that was probably meant, if there is one
 * @param slip whether it is sure enough that it was
 */
record UnknownProperty(String name, String origin, @Nullable String meant, boolean slip) {

	/**
	 * Tells of the property, and never of its value, which may be a key.
	 */
	@Override
	public String toString() {
		return this.name + " (" + this.origin + ")"
				+ ((this.meant != null) ? ": did you mean " + this.meant + "?" : "");
	}

}
