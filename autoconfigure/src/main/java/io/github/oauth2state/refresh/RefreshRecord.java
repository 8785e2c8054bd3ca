package io.github.oauth2state.refresh;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2Error;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.record.CborRecord;

/**
 * A record that a request finds in a {@link StoredRefresh}: a lease, tokens, or an error.
 * Names of written values are only ever added and never reused, because instances of two
 * releases run side by side.
 */
sealed interface RefreshRecord
		permits RefreshRecord.Lease, RefreshRecord.Failure, RefreshRecord.Unreadable, RefreshedTokens {

	/**
	 * Reads the content of a result.
	 * @param content the content, after it was opened
	 * @return tokens, an error, or an unreadable record
	 */
	static RefreshRecord read(byte[] content) {
		try {
			Map<?, ?> values = CborRecord.readLarge(content);
			return (values.get("error") instanceof String) ? Failure.read(values) : RefreshedTokens.read(values);
		}
		catch (IllegalArgumentException | ClassCastException | NullPointerException ex) {
			return new Unreadable();
		}
	}

	/**
	 * Tells what a request does about a record that it finds.
	 * @param due the tokens that the request wants
	 * @param removed tells whether the app has removed tokens
	 */
	default Reaction reaction(DueTokens due, Predicate<RefreshedTokens> removed) {
		if (this instanceof Lease) {
			return Reaction.WAIT;
		}
		if (this instanceof Failure) {
			return Reaction.FAIL;
		}
		if (this instanceof RefreshedTokens tokens) {
			if (tokens.satisfies(due) && !removed.test(tokens)) {
				return Reaction.USE;
			}
			return tokens.supersedes(due) ? Reaction.FOLLOW : Reaction.TAKE_OVER;
		}
		return Reaction.TAKE_OVER;
	}

	/**
	 * What a request does about a record that it finds.
	 */
	enum Reaction {

		/** Waits until another request's lease is gone or replaced. */
		WAIT,

		/** Ends with the error. */
		FAIL,

		/** Uses the tokens. */
		USE,

		/** Continues with the refresh token among the tokens, which are due again. */
		FOLLOW,

		/**
		 * Puts its lease in place of the record: the tokens are due again and the
		 * provider still uses the same refresh token, or the app has removed them, or the
		 * record cannot be read.
		 */
		TAKE_OVER

	}

	/**
	 * A request is calling the provider.
	 */
	record Lease() implements RefreshRecord {
	}

	/**
	 * The provider gave no tokens.
	 *
	 * @param error the error that it answered
	 */
	record Failure(OAuth2Error error) implements RefreshRecord {

		/**
		 * How many chars of each text are written: some providers answer with a page.
		 * Three such texts fit into one record.
		 */
		private static final int MAX_TEXT = 4000;

		/**
		 * Writes the error. This always succeeds, and the result fits into one record:
		 * long texts are cut, and chars that are not valid Unicode are replaced.
		 */
		byte[] write() {
			Map<String, @Nullable Object> values = new LinkedHashMap<>();
			values.put("error", writable(this.error.getErrorCode()));
			values.put("description", writable(this.error.getDescription()));
			String uri = writable(this.error.getUri());
			values.put("uri", Objects.equals(uri, this.error.getUri()) ? uri : null);
			return CborRecord.write(values);
		}

		private static @Nullable String writable(@Nullable String text) {
			if (text == null) {
				return null;
			}
			String start = text.substring(0, Math.min(text.length(), MAX_TEXT));
			return new String(start.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
		}

		private static Failure read(Map<?, ?> values) {
			return new Failure(new OAuth2Error((String) values.get("error"), (String) values.get("description"),
					(String) values.get("uri")));
		}

	}

	/**
	 * The record was altered, or a later release wrote it.
	 */
	record Unreadable() implements RefreshRecord {
	}

}
