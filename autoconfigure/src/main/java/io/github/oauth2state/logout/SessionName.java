package io.github.oauth2state.logout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import javax.crypto.SecretKey;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Seal;

/**
 * A name that a provider has for sessions of an app: its own session, or the user; either
 * one of a client of that provider.
 *
 * @param key the key that the store has for it
 * @param sealingKey seals what the store keeps under that key, so that only somebody who
 * knows the name can read it
 */
record SessionName(StateKey key, SecretKey sealingKey) {

	private static final String PURPOSE = "sessions";

	/**
	 * Returns all names of the session that a user has.
	 * @param namespace the namespace of the app
	 * @param user the user, as their ID token describes them
	 * @return the names; none if the user has no issuer or no subject, which only an app
	 * can make
	 */
	static List<SessionName> of(String namespace, OidcUser user) {
		List<SessionName> names = new ArrayList<>();
		if (user.getIssuer() != null) {
			String issuer = user.getIssuer().toExternalForm();
			for (String client : clients(user)) {
				add(names, namespace, issuer, client, "sid", user.getClaimAsString("sid"));
				add(names, namespace, issuer, client, "sub", user.getSubject());
			}
		}
		return names;
	}

	/**
	 * Returns the client that a user logged in to. Where a token has several audiences,
	 * {@code azp} says which of them it is (OpenID Connect Core 1.0, section 2).
	 */
	private static Collection<String> clients(OidcUser user) {
		String client = user.getAuthorizedParty();
		List<String> audience = user.getAudience();
		return (client != null) ? List.of(client) : (audience != null) ? audience : List.of();
	}

	/**
	 * Returns the names that a logout token has for the sessions to end: that of the
	 * provider's session if it has one, and otherwise that of the user (OpenID Connect
	 * Back-Channel Logout 1.0, section 2.7).
	 * @param namespace the namespace of the app
	 * @param token the token, which is valid
	 * @return the names, one for each client
	 */
	static List<SessionName> of(String namespace, OidcLogoutToken token) {
		List<SessionName> names = new ArrayList<>();
		String session = token.getSessionId();
		for (String client : token.getAudience()) {
			add(names, namespace, token.getIssuer().toExternalForm(), client, (session != null) ? "sid" : "sub",
					(session != null) ? session : token.getSubject());
		}
		return names;
	}

	/**
	 * Returns the name of a user.
	 * @param namespace the namespace of the app
	 * @param issuer the provider
	 * @param client the client
	 * @param subject the user
	 * @return the name
	 */
	static SessionName ofSubject(String namespace, String issuer, String client, String subject) {
		return of(namespace, issuer, client, "sub", subject);
	}

	private static void add(List<SessionName> names, String namespace, String issuer, String client, String claim,
			@Nullable String value) {
		if (value != null) {
			names.add(of(namespace, issuer, client, claim, value));
		}
	}

	private static SessionName of(String namespace, String issuer, String client, String claim, String value) {
		byte[] secret = StateKey.of(namespace, PURPOSE + "-secret", issuer, client, claim, value).toByteArray();
		return new SessionName(StateKey.of(namespace, PURPOSE, issuer, client, claim, value),
				Seal.key(PURPOSE, namespace, "", secret));
	}

	static List<StateKey> keys(Collection<SessionName> names) {
		return names.stream().map(SessionName::key).toList();
	}

	/**
	 * Seals the id of a session, once for each of its names.
	 * @param names the names
	 * @param sessionId the id
	 * @return the sealed id, which each of the names opens
	 */
	static byte[] seal(Collection<SessionName> names, String sessionId) {
		byte[] id = sessionId.getBytes(StandardCharsets.UTF_8);
		List<byte[]> sealed = names.stream().map((name) -> Seal.seal(name.sealingKey, id)).toList();
		ByteBuffer all = ByteBuffer.allocate(sealed.stream().mapToInt((each) -> Short.BYTES + each.length).sum());
		sealed.forEach((each) -> all.putShort((short) each.length).put(each));
		return all.array();
	}

	/**
	 * Opens the id of a session.
	 * @param sealed what the store keeps, possibly hostile
	 * @return the id, or empty if it was not sealed for this name
	 */
	Optional<String> open(byte[] sealed) {
		ByteBuffer all = ByteBuffer.wrap(sealed);
		while (all.remaining() >= Short.BYTES) {
			int length = all.getShort();
			if (length < 0 || length > all.remaining()) {
				return Optional.empty();
			}
			byte[] each = new byte[length];
			all.get(each);
			Optional<byte[]> id = Seal.open(this.sealingKey, each);
			if (id.isPresent()) {
				return id.map((bytes) -> new String(bytes, StandardCharsets.UTF_8));
			}
		}
		return Optional.empty();
	}

	@Override
	public String toString() {
		return "SessionName[hidden]";
	}

}
