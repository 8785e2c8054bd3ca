package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.ForwardAuthenticationFailureHandler;
import org.springframework.security.web.authentication.ForwardAuthenticationSuccessHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers that forward, and a login after which the filter chain goes on: the filter for
 * clients then sees the callback of the login, too. There are no forwards on WebFlux,
 * whose filter chains that go on have tests of their own.
 */
class ForwardingHandlersTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final Cluster cluster = Cluster.shared(Stack.SERVLET);

	private static Instance instance;

	private final Browser browser = Browser.overHttps();

	@BeforeAll
	static void start() {
		instance = cluster.start(Forwarding.class);
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@BeforeEach
	void forget() {
		cluster.forget();
		instance.takeOutcomes();
	}

	@Test
	void successIsForwarded() {
		Browser.Page page = this.browser.open(instance, this.browser.begin(instance, BEGIN));
		assertThat(page.status()).isEqualTo(200);
		assertThat(page.body()).isEqualTo("welcome alice");
		awaitOutcome(instance, LoginOutcome.COMPLETED);
	}

	@Test
	void errorOfTheProviderIsForwarded() {
		String callback = this.browser.begin(instance, BEGIN).replaceFirst("code=[^&]*", "error=access_denied");
		assertThat(this.browser.open(instance, callback).body()).isEqualTo("sorry");
		awaitOutcome(instance, LoginOutcome.PROVIDER_ERROR);
	}

	@Test
	void failureOfTheStoreIsForwarded() {
		String callback = this.browser.begin(instance, BEGIN);
		cluster.store.setFailing(true);
		try {
			assertThat(this.browser.open(instance, callback).body()).isEqualTo("sorry");
			awaitOutcome(instance, LoginOutcome.STORE_ERROR);
		}
		finally {
			cluster.store.setFailing(false);
		}
	}

	@Test
	void callbackOfAnotherBrowserIsForwarded() {
		String callback = this.browser.begin(instance, BEGIN);
		assertThat(Browser.overHttps().open(instance, callback).body()).isEqualTo("sorry");
		awaitOutcome(instance, LoginOutcome.FOREIGN_BROWSER);
	}

	@Test
	void successOfAPostedCallbackIsForwarded() {
		try (Instance posted = cluster.start(Posted.class)) {
			Browser secure = Browser.overHttps();
			String provider = secure.open(posted, BEGIN).location().replace("&response_mode=form_post", "");
			String[] callback = secure.send(posted, provider, null).location().split("\\?", 2);
			Browser.Page page = secure.post(posted, callback[0], callback[1]);
			assertThat(page.status()).isEqualTo(200);
			assertThat(page.body()).isEqualTo("posted by alice");
			awaitOutcome(posted, LoginOutcome.COMPLETED);
		}
	}

	@Test
	void filterChainGoesOnAfterALogin() {
		try (Instance going = cluster.start(GoingOn.class)) {
			Browser.Page page = this.browser.open(going, this.browser.begin(going, BEGIN));
			assertThat(page.status()).isEqualTo(200);
			assertThat(page.body()).isEqualTo("page at the callback");
			awaitOutcome(going, LoginOutcome.COMPLETED);
		}
	}

	/**
	 * A forward ends the answer before the filters of the callback are done.
	 */
	private static void awaitOutcome(Instance instance, LoginOutcome outcome) {
		List<LoginOutcome> all = new ArrayList<>();
		Awaitility.await().untilAsserted(() -> {
			all.addAll(instance.takeOutcomes());
			assertThat(all).containsExactly(outcome);
		});
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Forwarding {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http
				.authorizeHttpRequests(
						(requests) -> requests.requestMatchers("/sorry").permitAll().anyRequest().authenticated())
				.oauth2Login((login) -> login.successHandler(new ForwardAuthenticationSuccessHandler("/welcome"))
					.failureHandler(new ForwardAuthenticationFailureHandler("/sorry")))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

		@GetMapping("/welcome")
		String welcome(Authentication user) {
			return "welcome " + user.getName();
		}

		@GetMapping("/sorry")
		String sorry() {
			return "sorry";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Posted {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations) {
			DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
					registrations);
			resolver.setAuthorizationRequestCustomizer((request) -> request
				.additionalParameters((parameters) -> parameters.put("response_mode", "form_post")));
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login((login) -> login
					.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestResolver(resolver))
					.successHandler(new ForwardAuthenticationSuccessHandler("/welcome")))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

		@PostMapping("/welcome")
		String welcome(Authentication user) {
			return "posted by " + user.getName();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class GoingOn {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.oauth2Login((login) -> login.successHandler((request, response, user) -> {
				}).withObjectPostProcessor(new ObjectPostProcessor<OAuth2LoginAuthenticationFilter>() {
					@Override
					public <O extends OAuth2LoginAuthenticationFilter> O postProcess(O filter) {
						filter.setContinueChainBeforeSuccessfulAuthentication(true);
						return filter;
					}
				}))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

		@GetMapping("/login/oauth2/code/idp")
		String page() {
			return "page at the callback";
		}

	}

}
