package io.github.oauth2state.demo.check;

import java.net.URI;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TokenInfoTests {

	private static final String TOKEN = """
			{"expiresAt":"2026-01-01T00:00:00Z","access":"abc","instance":"one","obtained":"shared"}""";

	@Test
	void readsAnswers() {
		assertThat(TokenInfo.of(List.of(page(200, TOKEN), page(200, TOKEN)))).extracting(TokenInfo::access)
			.containsExactly("abc", "abc");
	}

	@Test
	void failureTellsOfAllAnswersWithoutAToken() {
		List<Page> pages = List.of(page(200, TOKEN), page(401, ""), page(503, "{\"detail\":\"Try again.\"}"),
				page(401, ""));
		assertThatExceptionOfType(Expect.Failure.class).isThrownBy(() -> TokenInfo.of(pages))
			.withMessage("expected that there is a token, but got: "
					+ "{401 from localhost:8081/api/token-info on instance one=2, "
					+ "503 from localhost:8081/api/token-info on instance one saying {\"detail\":\"Try again.\"}=1}");
	}

	private static Page page(int status, String body) {
		return new Page(URI.create("http://localhost:8081/api/token-info"), status, "one", Optional.empty(), List.of(),
				body);
	}

}
