package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

import javax.crypto.SecretKey;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.record.Seal;
import io.github.oauth2state.web.LocalPath;

/**
 * Seals the query with which a login began, so that it can begin anew with the same. It
 * may contain what must not be readable in a cookie, for example a CSRF token. The key is
 * derived from the login's state, which the callback has and the cookie does not.
 */
final class RestartQuery {

	private static final int MAX_LENGTH = 512;

	private final String namespace;

	RestartQuery(String namespace) {
		this.namespace = namespace;
	}

	/**
	 * Seals the query of a path.
	 * @param path the path with its query
	 * @param state the state of the login
	 * @return the sealed query, or {@code null} if the path has no query or it is too
	 * long
	 */
	@Nullable String seal(String path, String state) {
		int start = path.indexOf('?') + 1;
		if (start == 0 || path.length() > MAX_LENGTH || !LocalPath.isLocal(path)) {
			return null;
		}
		byte[] sealed = Seal.seal(key(state), path.substring(start).getBytes(StandardCharsets.UTF_8));
		return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
	}

	/**
	 * Adds a sealed query to a path.
	 * @param path the path without its query
	 * @param sealed the sealed query, possibly hostile
	 * @param state the state of the callback
	 * @return the path with its query, or without it if it does not open
	 */
	String addTo(String path, @Nullable String sealed, String state) {
		if (sealed == null) {
			return path;
		}
		try {
			return Seal.open(key(state), Base64.getUrlDecoder().decode(sealed))
				.map((query) -> path + "?" + new String(query, StandardCharsets.UTF_8))
				.filter(LocalPath::isLocal)
				.orElse(path);
		}
		catch (IllegalArgumentException ex) {
			return path;
		}
	}

	private SecretKey key(String state) {
		return Seal.key("restart", this.namespace, "", state.getBytes(StandardCharsets.UTF_8));
	}

}
