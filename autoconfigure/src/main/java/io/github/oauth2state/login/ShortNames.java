package io.github.oauth2state.login;

import java.util.List;

import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;

/**
 * Writes the names of attributes and parameters that most logins have as one control
 * character each, which saves a seventh of a record.
 */
final class ShortNames {

	/**
	 * Names are only ever added at the end: their places are in stored records. A release
	 * that reads a new name must come before the one that writes it, so that the two can
	 * run side by side.
	 */
	private static final List<String> NAMES = List.of(OAuth2ParameterNames.REGISTRATION_ID,
			PkceParameterNames.CODE_VERIFIER, OidcParameterNames.NONCE, PkceParameterNames.CODE_CHALLENGE,
			PkceParameterNames.CODE_CHALLENGE_METHOD);

	/**
	 * Comes before a name that begins with a control character itself.
	 */
	private static final char ESCAPE = 0;

	private static final char FIRST = 1;

	private static final char SPACE = ' ';

	private ShortNames() {
	}

	/**
	 * Returns what to write for a name.
	 */
	static String shorten(String name) {
		int place = NAMES.indexOf(name);
		if (place >= 0) {
			return String.valueOf((char) (FIRST + place));
		}
		return isShort(name) ? ESCAPE + name : name;
	}

	/**
	 * Returns the name for what was written. Earlier versions wrote each name as it is.
	 * @throws IllegalArgumentException if a later version wrote it
	 */
	static String restore(String written) {
		if (!isShort(written)) {
			return written;
		}
		if (written.charAt(0) == ESCAPE) {
			return written.substring(1);
		}
		int place = written.charAt(0) - FIRST;
		if (written.length() > 1 || place >= NAMES.size()) {
			throw new IllegalArgumentException("Unknown name");
		}
		return NAMES.get(place);
	}

	private static boolean isShort(String name) {
		return !name.isEmpty() && name.charAt(0) < SPACE;
	}

}
