package io.github.oauth2state.login;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LoginSettings} and {@link LoginProperties}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LoginSettingsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class));

	@Test
	void defaultsAreThoseOfTheDocumentation() {
		this.runner.run((context) -> {
			assertThat(context.getBean(LoginProperties.class))
				.isEqualTo(new LoginProperties(Duration.ofMinutes(10), 8, true, true, LoginSettings.Sessions.AUTO, true,
						new LoginProperties.Cookie("oauth2-state", null, null, null, true)));
			assertThat(context.getBean(LoginSettings.class)).isEqualTo(
					new LoginSettings("application", Duration.ofMinutes(10), 8, true, true, LoginSettings.Sessions.AUTO,
							true, new CookieSettings("oauth2-state", null, false, null, true)));
		});
	}

	@Test
	void everyPropertyIsBound() {
		this.runner
			.withPropertyValues("oauth2-state.namespace=shop", "oauth2-state.login.ttl=5m",
					"oauth2-state.login.max-pending-per-browser=3", "oauth2-state.login.recovery=false",
					"oauth2-state.login.cookie.name=pending", "oauth2-state.login.cookie.secure=true",
					"oauth2-state.login.sessions=sticky", "oauth2-state.login.carry-saved-request=false",
					"oauth2-state.login.verify-redirect-uri=false", "oauth2-state.login.cookie.same-site=none",
					"oauth2-state.login.cookie.domain=example.com", "oauth2-state.login.cookie.host-prefix=false")
			.run((context) -> {
				assertThat(context.getBean(LoginProperties.class)).isEqualTo(new LoginProperties(Duration.ofMinutes(5),
						3, false, false, LoginSettings.Sessions.STICKY, false, new LoginProperties.Cookie("pending",
								true, LoginProperties.SameSite.NONE, "example.com", false)));
				assertThat(context.getBean(LoginSettings.class)).isEqualTo(
						new LoginSettings("shop", Duration.ofMinutes(5), 3, false, false, LoginSettings.Sessions.STICKY,
								false, new CookieSettings("pending", true, true, "example.com", false)));
			});
	}

	@Test
	void cookieCanBeForcedToBeSentOverHttp() {
		this.runner.withPropertyValues("oauth2-state.login.cookie.secure=false")
			.run((context) -> assertThat(context.getBean(LoginSettings.class).cookie().secure()).isFalse());
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "0s", "-1s", "999ms", "86401s", "25h", "365d" })
	void badTimeToLiveStopsStartupAndSaysWhatToDo(String ttl) {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.login.ttl=" + ttl))
			.contains("oauth2-state.login.ttl")
			.contains("Use 1s to 24h, for example 10m.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "1s", "1000", "24h", "1d", "PT10M" })
	void timeToLiveMayBeFromASecondToADay(String ttl) {
		this.runner.withPropertyValues("oauth2-state.login.ttl=" + ttl)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, 21, Integer.MIN_VALUE, Integer.MAX_VALUE })
	void badNumberOfPendingLoginsStopsStartupAndSaysWhatToDo(int max) {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.login.max-pending-per-browser=" + max))
			.contains("oauth2-state.login.max-pending-per-browser")
			.contains("Use 1 to 20:");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 20 })
	void browserMayHaveFromOneToTwentyLoginsPending(int max) {
		this.runner.withPropertyValues("oauth2-state.login.max-pending-per-browser=" + max)
			.run((context) -> assertThat(context.getBean(LoginSettings.class).maxPendingPerBrowser()).isEqualTo(max));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a b", "a;b", "a=b", "a,b", "a.b", "a\"b", "a\\tb", "caf\u00e9", "__Host-x",
			"__Secure-x", "__x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" })
	void badCookieNameStopsStartupAndSaysWhatToDo(String name) {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.login.cookie.name=" + name))
			.contains("oauth2-state.login.cookie.name")
			.contains("Use 1 to 32 letters, digits, '-' or '_', and leave out '__Host-'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "-", "_", "A-z_09", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" })
	void cookieNameMayHave32Characters(String name) {
		this.runner.withPropertyValues("oauth2-state.login.cookie.name=" + name)
			.run((context) -> assertThat(context.getBean(LoginSettings.class).cookie().name()).isEqualTo(name));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".example.com", "example.com.", "com", "a b.example", "https://example.com",
			"example.com:443", "example.com;Path=/x", "192.168.0.1", "*.example.com" })
	void badCookieDomainStopsStartupAndSaysWhatToDo(String domain) {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.login.cookie.domain=" + domain))
			.contains("oauth2-state.login.cookie.domain")
			.contains("Use the name of a domain, for example example.com");
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.servlet.session.cookie.same-site=none",
			"server.reactive.session.cookie.same-site=NONE" })
	void cookieGoesAsFarAsTheSessionCookieUnlessTheAppSaysSo(String session) {
		this.runner.withPropertyValues(session)
			.run((context) -> assertThat(context.getBean(LoginSettings.class).cookie().crossSite()).isTrue());
		this.runner.withPropertyValues(session, "oauth2-state.login.cookie.same-site=lax")
			.run((context) -> assertThat(context.getBean(LoginSettings.class).cookie().crossSite()).isFalse());
		this.runner.withPropertyValues(session, "oauth2-state.login.cookie.secure=false")
			.run((context) -> assertThat(context.getBean(LoginSettings.class).cookie().crossSite()).isFalse());
	}

	@Test
	void prefixCanBeGivenUpForProxiesThatRewritePaths(CapturedOutput output) {
		this.runner.withPropertyValues("oauth2-state.login.cookie.host-prefix=false")
			.run((context) -> assertThat(context.getBean(LoginSettings.class).cookie().prefix(true))
				.isEqualTo("__Secure-oauth2-state-"));
		assertThat(output).contains("gives up the cookie prefix '__Host-'");
	}

	@Test
	void cookieThatIsSentEverywhereMustBeSecure() {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.login.cookie.same-site=none",
				"oauth2-state.login.cookie.secure=false"))
			.contains("oauth2-state.login.cookie.same-site")
			.contains("oauth2-state.login.cookie.secure=false");
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.login.cookie.same-site=strict"))
			.contains("oauth2-state.login.cookie.same-site")
			.contains("strict");
	}

	@Test
	void valueOfAnotherTypeStopsStartupAndNamesTheProperty() {
		assertThat(StartupFailure.analysisOf(this.runner, "oauth2-state.login.ttl=soon"))
			.contains("oauth2-state.login.ttl")
			.contains("soon");
	}

}
