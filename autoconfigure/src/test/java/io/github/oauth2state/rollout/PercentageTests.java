package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Percentage}.
 */
class PercentageTests {

	private static final int BROWSERS = 100_000;

	private final List<String> browsers = IntStream.range(0, BROWSERS)
		.mapToObj((i) -> BrowserIdCookie.newId())
		.toList();

	@ParameterizedTest
	@ValueSource(strings = { "0", "0.5", "10", "50", "99.9", "100" })
	void shareIsThePercentage(String text) {
		Percentage percentage = Percentage.parse(text).orElseThrow();
		long included = this.browsers.stream().filter((id) -> percentage.includes("shop", id)).count();
		double expected = percentage.value().doubleValue() * BROWSERS / 100;
		assertThat((double) included).isBetween(expected - 1000, expected + 1000);
	}

	@Test
	void greaterShareHasEveryoneOfASmallerOne() {
		List<Percentage> rising = IntStream.rangeClosed(0, 20)
			.mapToObj((i) -> new Percentage(BigDecimal.valueOf(i * 5L)))
			.toList();
		for (String id : this.browsers.subList(0, 5000)) {
			boolean before = false;
			for (Percentage percentage : rising) {
				boolean included = percentage.includes("shop", id);
				assertThat(included || !before).isTrue();
				before = included;
			}
			assertThat(before).isTrue();
		}
	}

	@Test
	void appsChooseIndependently() {
		Percentage half = new Percentage(BigDecimal.valueOf(50));
		long both = this.browsers.stream()
			.filter((id) -> half.includes("shop", id) && half.includes("bank", id))
			.count();
		assertThat(both).isBetween(BROWSERS / 4 - 1000L, BROWSERS / 4 + 1000L);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-1", "100.1", "101", "1e1", "NaN", "1,5", "0x1", "1.1234567", " 1", "1000", "٣" })
	void whatIsNoPercentageIsNone(String text) {
		assertThat(Percentage.parse(text)).isEmpty();
	}

	@Test
	void rangeIsChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Percentage(BigDecimal.valueOf(-0.1)));
		assertThatIllegalArgumentException().isThrownBy(() -> new Percentage(BigDecimal.valueOf(100.1)));
	}

	@Test
	void textIsPlain() {
		assertThat(Percentage.parse("10.50").orElseThrow()).hasToString("10.5");
		assertThat(Percentage.parse("100").orElseThrow()).hasToString("100");
		assertThat(Percentage.parse("0.0").orElseThrow()).hasToString("0");
	}

}
