package io.github.oauth2state.demo.check;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code /api/token-info} says.
 *
 * @param expiresAt when the access token expires
 * @param access by which it can be told from others
 * @param instance which instance answered
 * @param obtained how it got the token; {@code null} from a gateway, which does not tell
 */
record TokenInfo(Instant expiresAt, String access, String instance, @Nullable String obtained) {

	static final String PATH = "/api/token-info";

	private static final JsonMapper json = new JsonMapper();

	static TokenInfo of(Page page) {
		return of(List.of(page)).get(0);
	}

	/**
	 * Reads answers.
	 * @param pages the answers
	 * @return what they say; if one of them has no token, the failure tells of all that
	 * have none
	 */
	static List<TokenInfo> of(List<Page> pages) {
		Map<String, Long> others = pages.stream()
			.filter((page) -> page.status() != 200)
			.collect(Collectors.groupingBy(TokenInfo::describe, TreeMap::new, Collectors.counting()));
		Expect.that(others.isEmpty(), "there is a token", others);
		return pages.stream().map((page) -> json.readValue(page.body(), TokenInfo.class)).toList();
	}

	/**
	 * The app says why it has no token. If it says nothing, Spring Security refused the
	 * request: nobody is signed in, or the user could not be refreshed.
	 */
	private static String describe(Page page) {
		return page.body().startsWith("{") ? page + " saying " + page.body() : page.toString();
	}

}
