package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;

import io.github.oauth2state.CodeType;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Base64Url;

/**
 * What the store keeps under a code: that it was used, and for which authorization, or an
 * authorization that is pending.
 */
final class CodeRecord {

	private static final String USED = "used";

	private static final String AT = "at";

	private static final String NEXT = "next";

	private static final int DIGEST_LENGTH = 12;

	private final byte[] bytes;

	private final Map<?, ?> content;

	/**
	 * Creates a record that was read.
	 * @param bytes the record as it is in the store
	 * @param content what it says
	 */
	CodeRecord(byte[] bytes, Map<?, ?> content) {
		this.bytes = bytes;
		this.content = content;
	}

	/**
	 * Returns the content of the record of a code that is used.
	 * @param use the code
	 * @param saved the authorization as it will be saved
	 */
	static Map<String, Object> used(CodeUse use, OAuth2Authorization saved) {
		Map<String, Object> content = new HashMap<>(Map.of(USED, saved.getId()));
		OAuth2Authorization.Token<OAuth2RefreshToken> next = saved.getRefreshToken();
		if (use.type() == CodeType.REFRESH_TOKEN && next != null
				&& !use.value().equals(next.getToken().getTokenValue())) {
			content.put(AT, Instant.now().truncatedTo(ChronoUnit.MILLIS));
			content.put(NEXT, digest(next.getToken().getTokenValue()));
		}
		return content;
	}

	/**
	 * Returns enough of a token to recognize it by, and too little to use it.
	 */
	private static String digest(String token) {
		byte[] digest = StateKey.of("", "refresh-token", token).toByteArray();
		return Base64Url.encode(Arrays.copyOf(digest, DIGEST_LENGTH));
	}

	byte[] bytes() {
		return this.bytes;
	}

	Map<?, ?> content() {
		return this.content;
	}

	/**
	 * Returns the id of the authorization that the code was used for, or {@code null} if
	 * it was not used.
	 */
	@Nullable String usedBy() {
		return (this.content.get(USED) instanceof String id) ? id : null;
	}

	/**
	 * Returns whether a refresh token was replaced by the one that an authorization has,
	 * and not long ago.
	 * @param authorization the authorization
	 * @param window what "not long ago" means
	 */
	boolean isReplacedBy(OAuth2Authorization authorization, Duration window) {
		OAuth2Authorization.Token<OAuth2RefreshToken> token = authorization.getRefreshToken();
		return token != null && digest(token.getToken().getTokenValue()).equals(this.content.get(NEXT))
				&& isReplacedWithin(window);
	}

	/**
	 * Returns whether a request has begun to replace a refresh token, and not long ago.
	 * @param window what "not long ago" means
	 */
	boolean isReplacedWithin(Duration window) {
		return this.content.get(AT) instanceof Instant at && Instant.now().isBefore(at.plus(window));
	}

}
