package io.github.oauth2state.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what an app is told of properties that the library does not have.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertyTests {

	private static final String WARNING = "These properties have no effect";

	/**
	 * Pairs of properties that look like slips of each other and that every release has,
	 * so that no release takes one for the other.
	 */
	private static final Set<String> OF_ALL_RELEASES = Set.of("oauth2-state.enabled", "oauth2-state.store",
			"oauth2-state.timeout", "oauth2-state.on-store-failure");

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "rollout.percent, rollout.percentage", "rollout.precentage, rollout.percentage",
			"rollout.percentages, rollout.percentage", "rollout.percentage-of-browsers, rollout.percentage",
			"rolout.percentage, rollout.percentage", "rollouts.percentage, rollout.percentage",
			"rollout.percnt, rollout.percentage", "percentage, rollout.percentage",
			"rollout-percentage, rollout.percentage", "rollout.percentage.value, rollout.percentage",
			"rollout.percentage[0], rollout.percentage", "rollout.at-run-tim, rollout.at-runtime", "stor, store",
			"strore, store", "enable, enabled", "login.tll, login.ttl", "login-ttl, login.ttl", "ttl, login.ttl",
			"on-store-error, on-store-failure", "on-store-fail, on-store-failure", "token.keys, tokens.keys",
			"tokens.key, tokens.keys", "tokens.keys[0], tokens.keys", "jdbc.cleanup.enable, jdbc.cleanup.enabled",
			"jdbc.initialise-schema, jdbc.initialize-schema", "namespac, namespace",
			"logout.revocation-uri.idp, logout.revocation-uris", "logout.revoke-token, logout.revoke-tokens" })
	void slipStopsTheAppWithTheRightName(String name, String meant) {
		assertThat(analysis(Map.of("oauth2-state." + name, "5")))
			.contains("- oauth2-state." + name + "\n    Origin: \"oauth2-state." + name
					+ "\" from property source \"given\"")
			.contains("- oauth2-state." + meant + " in the place of oauth2-state." + name);
	}

	@Test
	void allSlipsAreNamedAtOnceWithTheirLinesAndNoValues() throws IOException {
		String yaml = """
				oauth2-state:
				  store: redis
				  rollout:
				    percent: 5
				  tokens:
				    keyz: one:p2YxZ0X7c3O2m1Q9bT4s6R8vU5wE0yA3dF7gH2jK4lM
				""";
		List<PropertySource<?>> file = new YamlPropertySourceLoader().load("application.yaml",
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), "application.yaml"));
		ApplicationContextRunner withFile = this.app
			.withInitializer((context) -> file.forEach(context.getEnvironment().getPropertySources()::addFirst));
		assertThat(StartupFailure.analysisOf(withFile))
			.contains("- oauth2-state.rollout.percent\n    Origin: Byte array resource [application.yaml] - 4:14")
			.contains("oauth2-state.rollout.percentage in the place of oauth2-state.rollout.percent")
			.contains("oauth2-state.tokens.keys in the place of oauth2-state.tokens.keyz")
			.doesNotContain("p2YxZ0X7");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rollout.percentage", "rollout.Percentage", "rollout.atRuntime", "rollout.at_runtime",
			"roll-out.percentage", "login.max-pending-per-browser", "login.maxPendingPerBrowser",
			"login.max_pending_per_browser", "logout.revocation-uris.my-idp", "logout.revocationUris.idp",
			"logout.revocation-uris[my.idp]" })
	void relaxedNamesAreKnown(String name, CapturedOutput output) {
		given(Map.of("oauth2-state." + name, "5")).run((context) -> assertThat(context).hasNotFailed());
		given(Map.of("oauth2State." + name, "5")).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@ParameterizedTest
	@ValueSource(strings = { "OAUTH2STATE_ROLLOUT_PERCENTAGE", "OAUTH2_STATE_ROLLOUT_PERCENTAGE",
			"OAUTH2STATE_LOGIN_MAXPENDINGPERBROWSER", "OAUTH2_STATE_LOGIN_MAX_PENDING_PER_BROWSER",
			"OAUTH2STATE_TOKENS_KEYS", "OAUTH2_STATE_TOKENS_KEYS", "OAUTH2_STATE_NAMESPACE",
			"OAUTH2STATE_LOGOUT_REVOCATIONURIS_IDP" })
	void environmentVariablesAreKnown(String variable, CapturedOutput output) {
		environment(variable, "5").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@ParameterizedTest
	@CsvSource({ "OAUTH2STATE_ROLLOUT_PERCENT, rollout.percentage", "OAUTH2_STATE_ROLLOUT_PERCENT, rollout.percentage",
			"OAUTH2_STATE_STOR, store", "OAUTH2STATE_LOGIN_MAX_PENDING_PER_BROWSER, login.max-pending-per-browser" })
	void slipInAnEnvironmentVariableStopsTheApp(String variable, String meant) {
		assertThat(StartupFailure.analysisOf(environment(variable, "secret"))).contains("- " + variable + "\n")
			.contains("System Environment Property \"" + variable + "\"")
			.contains("- oauth2-state." + meant + " in the place of " + variable)
			.doesNotContain("secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "OAUTH2_STATE_SERVICE_HOST", "OAUTH2_STATE_SERVICE_PORT", "OAUTH2_STATE_SERVICE_PORT_HTTP",
			"OAUTH2_STATE_PORT", "OAUTH2_STATE_PORT_8080_TCP_ADDR", "OAUTH2_STATE_STORE_PORT", "OAUTH2_STATE_VERSION",
			"OAUTH2_STATE", "OAUTH2_STATES" })
	void variablesOfOthersAreLeftAlone(String variable, CapturedOutput output) {
		environment(variable, "tcp://10.0.0.1:80").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void variableThatAPropertyRefersToIsLeftAlone(CapturedOutput output) {
		environment("OAUTH2_STATE_TOKEN_KEYS", "5")
			.withPropertyValues("oauth2-state.tokens.keys=${OAUTH2_STATE_TOKEN_KEYS}")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void variableThatSoundsLikeAPropertyIsWarnedAbout(CapturedOutput output) {
		environment("OAUTH2_STATE_PERCENTAGE", "5").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("OAUTH2_STATE_PERCENTAGE (System Environment Property \"OAUTH2_STATE_PERCENTAGE\"): did you mean "
					+ "oauth2-state.rollout.percentage?");
	}

	/**
	 * The configuration stays as it is when a release is taken back.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "logout.enabled-everywhere", "rollout.schedule", "authorization-server.codes.ttl",
			"refresh.retries", "mongo.collection", "login.saved-request.max-size" })
	void propertyOfALaterReleaseIsWarnedAbout(String name, CapturedOutput output) {
		given(Map.of("oauth2-state." + name, "a-value")).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("oauth2-state." + name + " (\"oauth2-state." + name + "\" from property source \"given\")")
			.doesNotContain("a-value", "did you mean");
	}

	/**
	 * Otherwise a release that lacks one of them would take it for a slip, and not start
	 * when a later release is taken back. Choose another name.
	 */
	@ParameterizedTest
	@MethodSource
	void noPropertyLooksLikeASlipOfAnother(String name) {
		KnownProperties all = KnownProperties.read();
		List<String> maps = all.maps().map(String::valueOf).toList();
		KnownProperties others = new KnownProperties(Map.of("properties",
				all.names()
					.stream()
					.filter((other) -> !other.equals(name))
					.map((other) -> Map.of("name", other, "type", maps.contains(other) ? "java.util.Map" : "any"))
					.toList()));
		assertThat(others.slipOf(name)).isEmpty();
		if (!OF_ALL_RELEASES.contains(name)) {
			assertThat(others.partOf(name)).isEmpty();
		}
	}

	static List<String> noPropertyLooksLikeASlipOfAnother() {
		assertThat(KnownProperties.read().names()).contains("oauth2-state.rollout.percentage").hasSizeGreaterThan(40);
		return KnownProperties.read().names();
	}

	@Test
	void emptySectionIsNoProperty(CapturedOutput output) {
		Map<String, Object> sections = new LinkedHashMap<>(
				Map.of("oauth2-state", "", "oauth2-state.login", "", "oauth2-state.jdbc.cleanup", ""));
		given(sections).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void valueOfASectionStopsTheApp() {
		assertThat(analysis(Map.of("oauth2-state.rollout", "5"))).contains("- oauth2-state.rollout\n",
				"oauth2-state.rollout.percentage");
	}

	@Test
	void libraryThatIsOffMindsNothing(CapturedOutput output) {
		given(Map.of("oauth2-state.rollout.percent", "5", "oauth2-state.enabled", "false"))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void propertiesOfOthersAreLeftAlone(CapturedOutput output) {
		given(Map.of("spring.oauth2-state.percent", "5", "oauth2.state.rollout.percent", "5", "oauth2-stats.stor", "1",
				"my.oauth2-state.rollout.percent", "5"))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	private String analysis(Map<String, Object> properties) {
		return StartupFailure.analysisOf(given(properties));
	}

	private ApplicationContextRunner given(Map<String, ?> properties) {
		return this.app.withInitializer((context) -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("given", new LinkedHashMap<>(properties))));
	}

	private ApplicationContextRunner environment(String variable, String value) {
		return this.app.withInitializer((context) -> context.getEnvironment()
			.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of(variable, value))));
	}

}
