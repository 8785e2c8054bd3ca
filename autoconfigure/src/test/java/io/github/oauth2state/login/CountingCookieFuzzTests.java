package io.github.oauth2state.login;

import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.fuzz.Fuzz;
import io.github.oauth2state.fuzz.RandomInputs;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random texts as the count of restarts.
 */
class CountingCookieFuzzTests {

	private static final String NAME = "__Host-oauth2-state-retry-AAAAAA";

	private final CountingCookie counter = new CountingCookie(new LoginSettings("shop", Duration.ofMinutes(10), 8, true,
			true, LoginSettings.Sessions.AUTO, true, new CookieSettings("oauth2-state", null, false, null, true)),
			"retry-AAAAAA");

	@Test
	void restartsEndWhateverTheCountBeginsWith() {
		Fuzz.tries((random) -> {
			String count = count(random);
			BrowserRequest browser = TestRequests.https("/callback", Map.of(NAME, count));
			int restarts = 0;
			while (!this.counter.isExhausted(browser)) {
				ResponseCookie counted = this.counter.countOne(browser);
				assertThat(counted.getValue()).matches("[0-9]");
				browser = TestRequests.https("/callback", Map.of(NAME, counted.getValue()));
				restarts++;
			}
			assertThat(restarts).isEqualTo(count.matches("[012]") ? 3 - Integer.parseInt(count) : 0);
		});
	}

	private static String count(SplittableRandom random) {
		return switch (random.nextInt(4)) {
			case 0 -> RandomInputs.text(random, "0123456789", 3);
			case 1 -> RandomInputs.text(random, "0123+-. eExX\u0661\uff11\n", 4);
			case 2 -> RandomInputs.text(random, 12);
			default -> String.valueOf((int) RandomInputs.number(random, Integer.SIZE));
		};
	}

}
