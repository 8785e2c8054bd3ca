package io.github.oauth2state.demo.check;

import java.time.Instant;

import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code /api/token-info} says.
 *
 * @param expiresAt when the access token expires
 * @param access by which it can be told from others
 * @param instance which instance answered
 * @param obtained how it came by the token
 */
record TokenInfo(Instant expiresAt, String access, String instance, String obtained) {

	static final String PATH = "/api/token-info";

	private static final JsonMapper json = new JsonMapper();

	static TokenInfo of(Page page) {
		Expect.that(page.status() == 200, "there is a token", page);
		return json.readValue(page.body(), TokenInfo.class);
	}

}
