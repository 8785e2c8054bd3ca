package io.github.oauth2state.refresh;

import java.util.Optional;

import io.github.oauth2state.StateKey;

/**
 * What instances share of one refresh: where its lease and its result are, and what the
 * result is sealed under.
 */
interface Flight {

	StateKey key();

	byte[] seal(byte[] content);

	/**
	 * Opens a result.
	 * @return the content, or empty if it was sealed under another key or altered
	 */
	Optional<byte[]> open(byte[] sealed);

}
