package io.github.oauth2state.rollout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;

/**
 * Signs records of the percentage with the keys that are configured, so that an instance
 * recognizes records that another program put into the store.
 * <p>
 * A signature is a keyed hash of the record. A record has one for each key, and one that
 * an instance has the key for is enough. So instances understand each other while keys
 * are added, replaced and removed.
 */
final class PercentageSigner {

	/**
	 * As in RFC 2404. Earlier releases read records of up to 100 characters, which is
	 * enough for {@link #MAX_SIGNATURES} of this length.
	 */
	private static final int SIGNATURE_BYTES = 12;

	private static final int MAX_SIGNATURES = 4;

	private final List<byte[]> firstKeys;

	private final List<byte[]> keys;

	private final boolean required;

	private final String namespace;

	/**
	 * Creates a signer.
	 * @param namespace the namespace of the app
	 * @param properties the keys of each property that has keys
	 * @param verify whether to refuse a record without a signature, if there are keys
	 */
	PercentageSigner(String namespace, List<Keyring> properties, boolean verify) {
		this.firstKeys = properties.stream().map((keys) -> keys.all().get(0)).toList();
		Stream<byte[]> others = properties.stream().flatMap((keys) -> keys.all().stream().skip(1));
		this.keys = Stream.concat(this.firstKeys.stream(), others).toList();
		this.required = verify && !this.keys.isEmpty();
		this.namespace = namespace;
	}

	/**
	 * Returns the signatures of a record, separated by commas.
	 */
	String sign(String content) {
		return this.keys.stream()
			.limit(MAX_SIGNATURES)
			.map((key) -> signature(key, content))
			.collect(Collectors.joining(","));
	}

	/**
	 * Tells whether a record has a valid signature, or needs none.
	 */
	boolean accepts(String content, String signatures) {
		return !this.required || this.keys.stream().anyMatch((key) -> contains(signatures, signature(key, content)));
	}

	/**
	 * Tells whether a record is signed with the first key of each property, which is the
	 * key that stays longest.
	 */
	boolean isSignedWithFirstKeys(String content, String signatures) {
		return this.firstKeys.stream().allMatch((key) -> contains(signatures, signature(key, content)));
	}

	private String signature(byte[] key, String content) {
		return Base64Url.encode(Seal.tag("rollout", this.namespace, content, key, SIGNATURE_BYTES));
	}

	private static boolean contains(String signatures, String expected) {
		byte[] bytes = expected.getBytes(StandardCharsets.US_ASCII);
		return Stream.of(signatures.split(","))
			.anyMatch((signature) -> MessageDigest.isEqual(signature.getBytes(StandardCharsets.US_ASCII), bytes));
	}

	@Override
	public String toString() {
		return "PercentageSigner[hidden]";
	}

}
