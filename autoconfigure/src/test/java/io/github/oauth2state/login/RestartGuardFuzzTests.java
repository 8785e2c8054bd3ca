package io.github.oauth2state.login;

import java.time.Duration;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.springframework.http.ResponseCookie;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tries random texts as the count of restarts.
 */
class RestartGuardFuzzTests {

	private static final String NAME = "__Host-oauth2-state-retry";

	private final RestartGuard guard = new RestartGuard(
			new BindingCookies(new LoginSettings("shop", Duration.ofMinutes(10), 8, true, "oauth2-state", null)));

	@Property
	void restartsEndWhateverTheCountBeginsWith(@ForAll("counts") String count) {
		BrowserRequest browser = TestRequests.https("/callback", Map.of(NAME, count));
		int restarts = 0;
		while (this.guard.allows(browser)) {
			ResponseCookie counted = this.guard.countOne(browser);
			assertThat(counted.getValue()).matches("[0-9]");
			browser = TestRequests.https("/callback", Map.of(NAME, counted.getValue()));
			restarts++;
		}
		assertThat(restarts).isEqualTo(count.matches("[012]") ? 3 - Integer.parseInt(count) : 0);
	}

	@Provide
	Arbitrary<String> counts() {
		return Arbitraries.oneOf(Arbitraries.strings().numeric().ofMaxLength(3),
				Arbitraries.strings().withChars("0123+-. eExX\u0661\uff11\n").ofMaxLength(4),
				Arbitraries.strings().all().ofMaxLength(12), Arbitraries.integers().map(String::valueOf));
	}

}
