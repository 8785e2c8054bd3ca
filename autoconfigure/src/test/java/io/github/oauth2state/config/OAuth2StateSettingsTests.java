package io.github.oauth2state.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

import io.github.oauth2state.config.OAuth2StateSettings.OAuth2StateProperties;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OAuth2StateSettings} and {@link OAuth2StateAutoConfiguration}.
 */
class OAuth2StateSettingsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class));

	@Test
	void defaultsAreThoseOfTheDocumentation() {
		this.runner.run((context) -> {
			assertThat(context.getBean(OAuth2StateProperties.class))
				.isEqualTo(new OAuth2StateProperties(true, null, null, Duration.ofSeconds(2), OnStoreFailure.SESSION));
			assertThat(context.getBean(OAuth2StateSettings.class))
				.isEqualTo(new OAuth2StateSettings("application", Duration.ofSeconds(2), null, OnStoreFailure.SESSION));
		});
	}

	@Test
	void everyPropertyIsBound() {
		this.runner
			.withPropertyValues("oauth2-state.enabled=true", "oauth2-state.store=jdbc", "oauth2-state.namespace=shop-1",
					"oauth2-state.timeout=500ms")
			.run((context) -> {
				assertThat(context.getBean(OAuth2StateProperties.class)).isEqualTo(new OAuth2StateProperties(true,
						StoreType.JDBC, "shop-1", Duration.ofMillis(500), OnStoreFailure.SESSION));
				assertThat(context.getBean(OAuth2StateSettings.class)).isEqualTo(new OAuth2StateSettings("shop-1",
						Duration.ofMillis(500), StoreType.JDBC, OnStoreFailure.SESSION));
			});
	}

	@ParameterizedTest
	@EnumSource(StoreType.class)
	void storeIsNamedInLowerCase(StoreType store) {
		this.runner.withPropertyValues("oauth2-state.store=" + store.name().toLowerCase(Locale.ROOT))
			.run((context) -> assertThat(context.getBean(OAuth2StateSettings.class).store()).isEqualTo(store));
	}

	@Test
	void disablingLeavesNoBean() {
		this.runner.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(OAuth2StateSettings.class)
				.doesNotHaveBean(OAuth2StateProperties.class));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			shop                | shop
			My Shop             | My-Shop
			My Shop (EU), v1.2! | My-Shop--EU---v1.2-
			' shop '            | -shop-
			shop:de/*{}         | shop-de----
			Läden               | L-den
			😀                  | -
			''                  | application
			'  '                | application
			""")
	void namespaceIsTheApplicationNameUnlessSet(String applicationName, String namespace) {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("name", Map.of("spring.application.name", applicationName))))
			.run((context) -> assertThat(context.getBean(OAuth2StateSettings.class).namespace()).isEqualTo(namespace));
	}

	@Test
	void namespaceFromALongApplicationNameHas64Characters() {
		this.runner.withPropertyValues("spring.application.name=" + "a".repeat(64) + "b")
			.run((context) -> assertThat(context.getBean(OAuth2StateSettings.class).namespace())
				.isEqualTo("a".repeat(64)));
	}

	@Test
	void namespaceThatIsSetHasPrecedenceOverTheApplicationName() {
		this.runner.withPropertyValues("spring.application.name=shop", "oauth2-state.namespace=other")
			.run((context) -> assertThat(context.getBean(OAuth2StateSettings.class).namespace()).isEqualTo("other"));
	}

	@Test
	void namespaceMayHave64Characters() {
		String longest = "aZ09._-".repeat(10).substring(0, 64);
		this.runner.withPropertyValues("oauth2-state.namespace=" + longest)
			.run((context) -> assertThat(context.getBean(OAuth2StateSettings.class).namespace()).isEqualTo(longest));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "*", "{}", "{shop}", "a b", "a:b", "a*", "a/b", "a%b", "caf\u00e9", "a'b", "a\\tb",
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" })
	void badNamespaceStopsStartupAndSaysWhatToDo(String namespace) {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.namespace=" + namespace))
			.contains("oauth2-state.namespace")
			.contains("Use 1 to 64 letters, digits, '.', '_' or '-'.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "0s", "-1s", "9ms", "9999us", "60001ms", "61s", "1d" })
	void badTimeoutStopsStartupAndSaysWhatToDo(String timeout) {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.timeout=" + timeout))
			.contains("oauth2-state.timeout")
			.contains("Use 10ms to 60s, for example 2s.");
	}

	@ParameterizedTest
	@CsvSource({ "10ms,10", "60s,60000", "1m,60000", "250,250", "PT1S,1000" })
	void timeoutMayBeFromTenMillisecondsToAMinute(String timeout, long millis) {
		this.runner.withPropertyValues("oauth2-state.timeout=" + timeout)
			.run((context) -> assertThat(context.getBean(OAuth2StateSettings.class).timeout())
				.isEqualTo(Duration.ofMillis(millis)));
	}

	@Test
	void storeThatDoesNotExistStopsStartupAndListsThoseThatDo() {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.store=mongo")).contains("oauth2-state.store")
			.contains("Use one of redis, jdbc, hazelcast, memory, cookie");
	}

}
