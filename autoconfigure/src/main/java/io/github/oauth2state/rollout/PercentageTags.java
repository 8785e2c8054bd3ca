package io.github.oauth2state.rollout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;

/**
 * Tells records of the percentage that an instance of the app wrote from those that
 * somebody else put into the store, where the app has keys that the store does not have.
 * <p>
 * A tag is a hash of the record under a key. A record has one for each key, so that
 * instances understand each other while keys are added, replaced and removed. One that an
 * instance has the key for is enough.
 */
final class PercentageTags {

	/**
	 * As in RFC 2404, so that earlier releases, which read 100 characters, read a record
	 * with {@link #MAX_TAGS}.
	 */
	private static final int TAG_BYTES = 12;

	private static final int MAX_TAGS = 4;

	private final List<byte[]> first;

	private final List<byte[]> all;

	private final boolean needed;

	private final String namespace;

	/**
	 * Creates tags.
	 * @param namespace what keeps this app's records apart from others'
	 * @param properties the keys of each property that has some
	 * @param needed whether a record without a tag is refused
	 */
	PercentageTags(String namespace, List<Keyring> properties, boolean needed) {
		this.first = properties.stream().map((keys) -> keys.all().get(0)).toList();
		Stream<byte[]> others = properties.stream().flatMap((keys) -> keys.all().stream().skip(1));
		this.all = Stream.concat(this.first.stream(), others).toList();
		this.needed = needed && !this.all.isEmpty();
		this.namespace = namespace;
	}

	String of(String content) {
		return this.all.stream().limit(MAX_TAGS).map((key) -> tag(key, content)).collect(Collectors.joining(","));
	}

	boolean accept(String content, String tags) {
		return !this.needed || this.all.stream().anyMatch((key) -> contain(tags, tag(key, content)));
	}

	/**
	 * Tells whether there is a tag for each key that seals, which will be there longest.
	 */
	boolean haveFirst(String content, String tags) {
		return this.first.stream().allMatch((key) -> contain(tags, tag(key, content)));
	}

	private String tag(byte[] key, String content) {
		return Base64.getUrlEncoder()
			.withoutPadding()
			.encodeToString(Seal.tag("rollout", this.namespace, content, key, TAG_BYTES));
	}

	private static boolean contain(String tags, String expected) {
		byte[] bytes = expected.getBytes(StandardCharsets.US_ASCII);
		return Stream.of(tags.split(","))
			.anyMatch((tag) -> MessageDigest.isEqual(tag.getBytes(StandardCharsets.US_ASCII), bytes));
	}

	@Override
	public String toString() {
		return "PercentageTags[hidden]";
	}

}
