package io.github.oauth2state.scenario;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what posted callbacks must not do to the CSRF protection and to the posted
 * forms of an app.
 */
@Tag("full")
class CsrfExemptionTests {

	private static final String CALLBACK = "/login/oauth2/code/idp";

	private static Instance posting;

	private static Instance cold;

	private static Instance ordinary;

	private final Browser browser = Browser.overHttps();

	@BeforeAll
	static void start() {
		posting = Cluster.shared().start(Posting.class, Forms.class);
		cold = Cluster.shared().start(Posting.class, Forms.class);
		ordinary = Cluster.shared().start(Ordinary.class, Forms.class);
	}

	@AfterAll
	static void stop() {
		posting.close();
		cold.close();
		ordinary.close();
	}

	@BeforeEach
	void forget() {
		Cluster.shared().forget();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/transfer", "/authorized/api", "/", "/logout" })
	void plantedCookieSwitchesCsrfProtectionOffForNoPath(String path) {
		this.browser.open(posting, this.browser.begin(posting, "/oauth2/authorization/idp?get"));
		postedLogin(posting);
		for (String cookieName : List.of(VictimLogin.cookieName("scenario", "x"),
				VictimLogin.cookieName("scenario", "x").substring("__Host-".length()))) {
			this.browser.cookies().put(cookieName, planted(path));
			assertThat(this.browser.post(posting, path, "state=x&to=mallory").status()).isEqualTo(403);
			assertThat(this.browser.post(posting, path + "?state=x", "to=mallory").status()).isEqualTo(403);
		}
		assertThat(this.browser.isSignedIn(posting)).isTrue();
	}

	@Test
	void plantedCookieExemptsNoRedirectUriOfAnAppThatDoesNotUsePostedCallbacks() {
		this.browser.cookies().put(VictimLogin.cookieName("scenario", "x"), planted(CALLBACK));
		assertThat(this.browser.post(ordinary, CALLBACK, "state=x&code=c").status()).isEqualTo(403);
	}

	@Test
	void callbackOverPlainHttpIsNotExempt() {
		Browser plain = Browser.overHttp();
		plain.cookies().put(VictimLogin.cookieName("scenario", "x").substring("__Host-".length()), planted(CALLBACK));
		postedLogin(posting);
		assertThat(plain.post(posting, CALLBACK, "state=x&code=c").status()).isEqualTo(403);
	}

	@Test
	void postedCallbackIsAcceptedByTheInstanceThatBeganAndByOneThatHasSeenNone() {
		for (Instance instance : List.of(posting, cold)) {
			Browser user = Browser.overHttps();
			String[] callback = postedLogin(user, posting).split("\\?", 2);
			user.post(instance, callback[0], callback[1]);
			assertThat(user.isSignedIn(instance)).isTrue();
		}
	}

	@Test
	void postedCallbackCostsOneCallWhereTheAppKnowsThatCallbacksArePosted() {
		String[] callback = postedLogin(posting).split("\\?", 2);
		Cluster.shared().store.takeOperations();
		this.browser.post(posting, callback[0], callback[1]);
		assertThat(Cluster.shared().store.takeOperations()).containsExactly("take");
	}

	@Test
	void formsOfTheAppArriveAsTheyWereSent() {
		postedLogin(posting);
		this.browser.begin(posting, "/oauth2/authorization/idp?get");
		String form = "a=b&state=x&code=y";
		assertThat(this.browser.post(posting, "/raw", form).body()).isEqualTo(form);
		assertThat(this.browser.post(ordinary, "/raw", form).body()).isEqualTo(form);
	}

	private String postedLogin(Instance instance) {
		return postedLogin(this.browser, instance);
	}

	private static String postedLogin(Browser browser, Instance instance) {
		Browser.Page begun = browser.open(instance, "/oauth2/authorization/idp");
		assertThat(begun.location()).contains("response_mode=form_post");
		return browser.send(instance, begun.location().replace("&response_mode=form_post", ""), null).location();
	}

	private static String planted(String path) {
		return "1p." + "A".repeat(43) + "." + Long.toString(System.currentTimeMillis() / 1000, 36) + ".aWRw.Lw."
				+ Base64.getUrlEncoder().withoutPadding().encodeToString(path.getBytes(StandardCharsets.UTF_8));
	}

	@Configuration(proxyBeanMethods = false)
	static class Posting {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations) {
			DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
					registrations);
			resolver.setAuthorizationRequestCustomizer((builder) -> builder.authorizationRequestUri((uri) -> {
				boolean get = ServletUriComponentsBuilder.fromCurrentRequest()
					.build()
					.getQueryParams()
					.containsKey("get");
				return get ? uri.build() : uri.queryParam("response_mode", "form_post").build();
			}));
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.csrf((csrf) -> csrf.ignoringRequestMatchers("/raw"))
				.oauth2Login((login) -> login
					.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestResolver(resolver)))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Ordinary {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.csrf((csrf) -> csrf.ignoringRequestMatchers("/raw"))
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

	}

	@RestController
	static class Forms {

		@PostMapping({ "/transfer", "/", "/authorized/api" })
		String transfer() {
			return "transferred";
		}

		@PostMapping("/raw")
		String raw(HttpServletRequest request) throws IOException {
			return new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}

	}

}
