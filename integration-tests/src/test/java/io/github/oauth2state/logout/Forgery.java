package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;

/**
 * Something that is sent in place of a logout token. It would end a session if it were
 * accepted.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum Forgery {

	OTHER_ISSUER((token) -> token.claim("iss", "https://other.example").signed()),

	ISSUER_THAT_IS_NO_URL((token) -> token.claim("iss", "other").signed()),

	NO_ISSUER((token) -> token.claim("iss", null).signed()),

	OTHER_AUDIENCE((token) -> token.claim("aud", "other").signed()),

	NO_AUDIENCE((token) -> token.claim("aud", null).signed()),

	NO_SIGNATURE(LogoutToken::unsigned),

	OTHER_KEY((token) -> token.signedBy(LogoutProvider.newKey())),

	OTHER_KEY_WITH_THE_SAME_ID((token) -> token.signedBy(withIdOfProvider(LogoutProvider.newKey()))),

	PUBLIC_KEY_AS_SECRET(LogoutToken::signedByPublicKey),

	CHANGED_AFTER_SIGNING((token) -> withPayloadOf(token.signed(), token.claim("admin", true).signed())),

	EXPIRED((token) -> token.at(Instant.now().minus(Duration.ofHours(2)))
		.expiring(Instant.now().minus(Duration.ofHours(1)))
		.signed()),

	EXPIRED_BEFORE_IT_WAS_ISSUED((token) -> token.expiring(Instant.now().minus(Duration.ofHours(1))).signed()),

	OTHER_TYPE((token) -> token.type("at+jwt").signed()),

	WITH_NONCE((token) -> token.claim("nonce", "abc").signed()),

	NO_EVENTS((token) -> token.claim("events", null).signed()),

	OTHER_EVENTS((token) -> token.claim("events", Map.of("http://schemas.openid.net/event/other", Map.of())).signed()),

	EVENTS_THAT_ARE_NO_OBJECT((token) -> token.claim("events", LogoutToken.EVENT).signed()),

	NO_ID((token) -> token.claim("jti", null).signed()),

	NO_TIME((token) -> token.claim("iat", null).signed()),

	NOBODY((token) -> token.claim("sub", null).claim("sid", null).signed()),

	GARBAGE((token) -> "garbage"),

	THREE_PARTS_OF_GARBAGE((token) -> "Zm9v.YmFy.YmF6"),

	EMPTY((token) -> "");

	private final Function<LogoutToken, String> forger;

	Forgery(Function<LogoutToken, String> forger) {
		this.forger = forger;
	}

	/**
	 * Makes a forged token.
	 * @param token what a right one would be
	 */
	String of(LogoutToken token) {
		return this.forger.apply(token);
	}

	private static RSAKey withIdOfProvider(RSAKey key) {
		try {
			return new RSAKey.Builder(key.toRSAPublicKey()).privateKey(key.toRSAPrivateKey())
				.keyID(LogoutProvider.shared().keyId())
				.build();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String withPayloadOf(String token, String other) {
		String[] parts = token.split("\\.", -1);
		return parts[0] + "." + other.split("\\.", -1)[1] + "." + parts[2];
	}

}
