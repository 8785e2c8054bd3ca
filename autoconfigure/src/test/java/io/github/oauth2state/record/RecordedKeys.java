package io.github.oauth2state.record;

/**
 * Keys that records of earlier releases were recorded with, which are not random.
 */
public final class RecordedKeys {

	private RecordedKeys() {
	}

	/**
	 * Reads keys.
	 * @param text the keys, as they are configured
	 * @return the keys
	 */
	public static Keyring of(String text) {
		return Keyring.read("recorded keys", text);
	}

}
