package io.github.oauth2state.benchmarks.growth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

import io.github.oauth2state.StateKey;

/**
 * The keys of the records that a store is filled with, so that each can be taken. A
 * database computes the same.
 */
final class NumberedKeys {

	private NumberedKeys() {
	}

	static StateKey of(int number) {
		try {
			byte[] digits = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
			return StateKey.fromByteArray(MessageDigest.getInstance("SHA-256").digest(digits));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
