package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientProperties;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientPropertiesMapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Attacks that take what belongs to one registration, app or host to another.
 */
@Tag("full")
class CrossContextAttackTests extends AttackTests {

	CrossContextAttackTests(Deployment deployment) {
		super(deployment);
	}

	@ParameterizedTest
	@ValueSource(strings = { "other", "%6fther", "api" })
	void stateOfOneRegistrationAtTheCallbackOfAnotherIsRefused(String other) {
		VictimLogin login = begin();
		String url = login.callback().replace("/code/idp", "/code/" + other);
		Browser.Page page = attack(() -> this.browser.open(this.b, url));
		assertThat(page.location()).isEqualTo(APP + "/login?error");
		assertThat(outcomes()).containsExactly(LoginOutcome.MIX_UP);
		assertCompletes(login);
	}

	@Test
	void cookieThatNamesAnotherRegistrationChangesNothing() {
		VictimLogin login = begin();
		String[] fields = login.cookie().split("\\.", -1);
		fields[3] = "b3RoZXI";
		login.setCookie(String.join(".", fields));
		attack(() -> this.browser.open(this.b, login.callback().replace("/code/idp", "/code/other")));
		assertThat(outcomes()).containsExactly(LoginOutcome.MIX_UP);
		assertCompletes(login);
	}

	@Test
	void loginOfARegistrationThatAnInstanceNoLongerHasIsRefusedThereAndNotBurnt() {
		VictimLogin login = begin();
		try (Instance without = this.cluster.start(List.of(), WithoutIdp.class)) {
			attack(() -> this.browser.open(without, login.callback()));
			assertThat(without.takeOutcomes()).containsExactly(LoginOutcome.FAILED);
		}
		assertCompletes(login);
	}

	/**
	 * Namespace and state, and state and secret, follow each other in what is hashed.
	 */
	@Test
	void neighbouringAppOnTheSameHostAndStoreFindsNothing() {
		VictimLogin login = begin();
		try (Instance neighbour = this.cluster.start(List.of("oauth2-state.namespace=scenari"))) {
			attackWithoutStoreCall(() -> this.browser.open(neighbour, login.callback()));
			for (String state : List.of(login.state(), "o" + login.state())) {
				Browser forging = this.browser.copy();
				forging.cookies().put(VictimLogin.cookieName("scenari", state), login.cookie());
				attack(() -> forging.open(neighbour, login.callbackWithState(state.replace("=", "%3D"))));
				assertThat(neighbour.takeOutcomes()).contains(LoginOutcome.ALREADY_USED);
			}
		}
		assertCompletes(login);
	}

	@Test
	void charactersThatMoveBetweenStateAndSecretFindNothing() {
		VictimLogin login = begin();
		String[] fields = login.cookie().split("\\.");
		String shorter = login.state().substring(0, login.state().length() - 1);
		for (String[] moved : new String[][] { { login.state() + fields[1].charAt(0), fields[1].substring(1) },
				{ shorter, "A" + fields[1].substring(1) } }) {
			Browser forging = this.browser.copy();
			String[] forged = fields.clone();
			forged[1] = moved[1];
			forging.cookies().put(VictimLogin.cookieName("scenario", moved[0]), String.join(".", forged));
			attack(() -> forging.open(this.b, login.callbackWithState(moved[0].replace("=", "%3D"))));
			assertThat(outcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		}
		assertCompletes(login);
	}

	@ParameterizedTest
	@CsvSource({ "X-Forwarded-Host, evil.example", "X-Forwarded-Prefix, //evil.example",
			"X-Forwarded-Prefix, /\\evil.example", "X-Forwarded-Proto, http", "X-Forwarded-Port, 1234",
			"X-Forwarded-For, ::1", "Forwarded, host=evil.example;proto=http" })
	void spoofedForwardedHeadersDoNotBurnTheLogin(String header, String value) {
		VictimLogin login = begin();
		Browser spoofing = Browser.overHttps().header(header, value);
		this.cluster.forgetCounts();
		Browser.Page page = spoofing.open(this.b, login.callback());
		assertThat(page.status()).isBetween(300, 499);
		assertThat(this.cluster.idp.takeTokenCalls()).isZero();
		assertCompletes(login);
	}

	@ParameterizedTest
	@ValueSource(strings = { "//evil.example", "/\\evil.example", "/%0d%0aa:b" })
	void loginThatBeginsUnderASpoofedPrefixDoesNotRestartElsewhere(String prefix) {
		Browser spoofed = Browser.overHttps().header("X-Forwarded-Prefix", prefix);
		this.cluster.forgetCounts();
		Browser.Page begun = spoofed.open(this.a, BEGIN);
		assertThat(begun.status()).isLessThan(500);
		List<String> restarts = new ArrayList<>();
		for (String cookie : spoofed.cookies().values()) {
			String restart = cookie.split("\\.", 6)[4];
			restarts.add(new String(Base64.getUrlDecoder().decode(restart), StandardCharsets.UTF_8));
		}
		assertThat(restarts).allMatch((path) -> path.matches("/[^/\\\\].*|/"));
	}

	@Test
	void appThatTrustsNoProxyIgnoresSpoofedHeaders() {
		try (Instance direct = this.cluster.start(List.of("server.forward-headers-strategy=none"))) {
			Browser spoofing = Browser.overHttps().header("X-Forwarded-Host", "evil.example");
			Browser.Page begun = spoofing.open(direct, BEGIN);
			assertThat(begun.location()).contains("/oauth2/authorize?").doesNotContain("evil.example");
			assertThat(spoofing.cookies().keySet()).noneMatch((name) -> name.startsWith("__Host-"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(OAuth2ClientProperties.class)
	static class WithoutIdp {

		@Bean
		@InServletApp
		ClientRegistrationRepository registrations(OAuth2ClientProperties properties) {
			return new InMemoryClientRegistrationRepository(others(properties));
		}

		@Bean
		@InReactiveApp
		ReactiveClientRegistrationRepository reactiveRegistrations(OAuth2ClientProperties properties) {
			return new InMemoryReactiveClientRegistrationRepository(others(properties));
		}

		private static List<ClientRegistration> others(OAuth2ClientProperties properties) {
			return new OAuth2ClientPropertiesMapper(properties).asClientRegistrations()
				.values()
				.stream()
				.filter((registration) -> !registration.getRegistrationId().equals("idp"))
				.toList();
		}

	}

}
