package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import org.jspecify.annotations.Nullable;

/**
 * What a provider posts to an app when a user logs out elsewhere (OpenID Connect
 * Back-Channel Logout 1.0, section 2.4). Each one can be told to differ from what is
 * right.
 */
final class LogoutToken {

	static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

	private final JWTClaimsSet.Builder claims;

	private final RSAKey key;

	private String type = "logout+jwt";

	LogoutToken(String issuer, String client, RSAKey key) {
		this.key = key;
		this.claims = new JWTClaimsSet.Builder().issuer(issuer)
			.audience(client)
			.claim("iat", Instant.now().getEpochSecond())
			.claim("exp", Instant.now().plus(Duration.ofMinutes(2)).getEpochSecond())
			.jwtID(UUID.randomUUID().toString())
			.claim("events", Map.of(EVENT, Map.of()));
	}

	LogoutToken sid(String sid) {
		return claim("sid", sid);
	}

	LogoutToken sub(String sub) {
		return claim("sub", sub);
	}

	/**
	 * Changes a claim, or takes it away.
	 */
	LogoutToken claim(String name, @Nullable Object value) {
		this.claims.claim(name, value);
		return this;
	}

	/**
	 * Says when the user logged out, which is now otherwise.
	 */
	LogoutToken at(Instant time) {
		return claim("iat", time.getEpochSecond());
	}

	LogoutToken expiring(Instant time) {
		return claim("exp", time.getEpochSecond());
	}

	LogoutToken type(String type) {
		this.type = type;
		return this;
	}

	/**
	 * Signs the token as the provider does.
	 */
	String signed() {
		return signedBy(this.key);
	}

	String signedBy(RSAKey other) {
		try {
			return signed(JWSAlgorithm.RS256, other.getKeyID(), new RSASSASigner(other));
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Signs the token with what everybody knows, which is a secret to those who let the
	 * token choose the algorithm.
	 */
	String signedByPublicKey() {
		try {
			return signed(JWSAlgorithm.HS256, this.key.getKeyID(),
					new MACSigner(this.key.toRSAPublicKey().getEncoded()));
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String unsigned() {
		return new PlainJWT(this.claims.build()).serialize();
	}

	private String signed(JWSAlgorithm algorithm, String keyId, JWSSigner signer) throws JOSEException {
		SignedJWT token = new SignedJWT(
				new JWSHeader.Builder(algorithm).keyID(keyId).type(new JOSEObjectType(this.type)).build(),
				this.claims.build());
		token.sign(signer);
		return token.serialize();
	}

}
