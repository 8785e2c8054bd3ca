package io.github.oauth2state.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.metrics.OAuth2StateMetricsAutoConfiguration.OAuth2StateMeterFilter;
import io.github.oauth2state.store.StoreCircuit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds docs/metrics.md against the meters there are.
 */
class DocumentedMetersTests {

	private static final Pattern METER = Pattern.compile("(?ms)^## `(oauth2\\.state\\.[a-z.]+)`\n\n(.*?)(?=^## |\\z)");

	private static final Pattern TAG_ROW = Pattern.compile("(?m)^\\| ((?:`[a-z]+`(?:, )?)+) \\|");

	private static final Pattern CODE = Pattern.compile("`([a-z_]+)`");

	private static final Map<String, String> SECTIONS = METER.matcher(read())
		.results()
		.collect(Collectors.toMap((section) -> section.group(1), (section) -> section.group(2)));

	@Test
	void everyMeterHasASectionAndNoOther() {
		assertThat(SECTIONS.keySet()).containsExactlyInAnyOrderElementsOf(
				Arrays.stream(OAuth2StateMeter.values()).map(OAuth2StateMeter::getName).toList());
	}

	@ParameterizedTest
	@EnumSource
	void typeAndUnitAreThoseOfTheMeter(OAuth2StateMeter meter) {
		assertThat(section(meter)).startsWith(kind(meter));
	}

	private static String kind(OAuth2StateMeter meter) {
		return switch (meter.getType()) {
			case COUNTER -> "Counter of ";
			case TIMER -> "Timer, in seconds, ";
			case GAUGE -> (meter == OAuth2StateMeter.CLEANUP_OLDEST_EXPIRED) ? "Gauge, in seconds: " : "Gauge ";
			default -> throw new IllegalStateException("No such meter so far: " + meter.getType());
		};
	}

	@ParameterizedTest
	@EnumSource
	void tagsAreThoseOfTheMeter(OAuth2StateMeter meter) {
		String section = section(meter);
		String table = section.substring(section.indexOf("| tag | values |")).split("\n\n", 2)[0];
		assertThat(tags(table))
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(meter.getKeyNames()).map(KeyName::asString).toList());
	}

	@Test
	void valuesAreThoseThatCanBe() {
		assertThat(values(OAuth2StateMeter.LOGINS, "outcome")).isEqualTo(names(LoginOutcome.values()));
		assertThat(values(OAuth2StateMeter.LOGINS, "path")).isEqualTo(names(LoginPath.values()));
		assertThat(values(OAuth2StateMeter.LOGOUTS, "outcome")).isEqualTo(names(LogoutOutcome.values()));
		assertThat(values(OAuth2StateMeter.LOGOUTS, "kind")).isEqualTo(names(LogoutKind.values()));
		assertThat(values(OAuth2StateMeter.CODES, "outcome")).isEqualTo(names(CodeOutcome.values()));
		assertThat(values(OAuth2StateMeter.CODES, "type")).isEqualTo(names(CodeType.values()));
		assertThat(values(OAuth2StateMeter.CIRCUIT, "state")).isEqualTo(names(StoreCircuit.State.values()));
		assertThat(values(OAuth2StateMeter.REFRESH, "outcome")).isEqualTo(names(TokenRefreshOutcome.values()));
		Set<String> results = names(Reason.values());
		results.add(OAuth2StateMeter.Tag.outcome(null));
		assertThat(values(OAuth2StateMeter.CLEANUP, "outcome")).isEqualTo(results);
		assertThat(values(OAuth2StateMeter.STORE_OPERATIONS, "outcome")).containsAll(results);
	}

	@Test
	void everyOutcomeSaysWhatToDo() {
		assertThat(explained(OAuth2StateMeter.LOGINS))
			.containsExactlyInAnyOrderElementsOf(names(LoginOutcome.values()));
		assertThat(explained(OAuth2StateMeter.LOGOUTS))
			.containsExactlyInAnyOrderElementsOf(names(LogoutOutcome.values()));
		assertThat(explained(OAuth2StateMeter.CODES)).containsExactlyInAnyOrderElementsOf(names(CodeOutcome.values()));
		assertThat(explained(OAuth2StateMeter.REFRESH))
			.containsExactlyInAnyOrderElementsOf(names(TokenRefreshOutcome.values()));
	}

	private static List<String> explained(OAuth2StateMeter meter) {
		return Pattern.compile("(?m)^\\| `([a-z_]+)` \\| [^|]+ \\| [^|]+ \\|$")
			.matcher(section(meter))
			.results()
			.map((row) -> row.group(1))
			.toList();
	}

	@ParameterizedTest
	@EnumSource
	void bucketsAreThoseOfTheMeter(OAuth2StateMeter meter) {
		boolean buckets = new OAuth2StateMeterFilter().configure(id(meter), DistributionStatisticConfig.NONE)
			.getServiceLevelObjectiveBoundaries() != null;
		assertThat(section(meter).contains("Buckets: ")).isEqualTo(buckets);
	}

	private static Meter.Id id(OAuth2StateMeter meter) {
		return new Meter.Id(meter.getName(), Tags.empty(), null, null, meter.getType());
	}

	private static String section(OAuth2StateMeter meter) {
		return SECTIONS.getOrDefault(meter.getName(), "");
	}

	private static Stream<String> tags(String table) {
		return TAG_ROW.matcher(table).results().map((row) -> row.group(1)).flatMap(DocumentedMetersTests::codes);
	}

	private static Set<String> values(OAuth2StateMeter meter, String tag) {
		String cell = section(meter).lines()
			.filter((line) -> line.startsWith("| ") && codes(line.split("\\|", 3)[1]).anyMatch(tag::equals))
			.findFirst()
			.orElseThrow();
		return codes(cell.split("\\|", 3)[2]).collect(Collectors.toCollection(TreeSet::new));
	}

	private static Stream<String> codes(String text) {
		return CODE.matcher(text).results().map((MatchResult code) -> code.group(1));
	}

	private static Set<String> names(Enum<?>[] constants) {
		return Arrays.stream(constants).map(OAuth2StateMeter.Tag::value).collect(Collectors.toCollection(TreeSet::new));
	}

	private static String read() {
		try {
			return Files.readString(Path.of("../docs/metrics.md"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
