package io.github.oauth2state.scenario;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.security.web.server.util.matcher.AndServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.NegatedServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what posted callbacks must not do to the CSRF protection and to the posted
 * forms of an app.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Tag("full")
class CsrfExemptionTests {

	private static final String CALLBACK = "/login/oauth2/code/idp";

	private static Instance posting;

	private static Instance cold;

	private static Instance ordinary;

	private final Stack stack;

	private final Cluster cluster;

	private final Browser browser = Browser.overHttps();

	CsrfExemptionTests(Stack stack) {
		this.stack = stack;
		this.cluster = Cluster.shared(stack);
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		Cluster cluster = Cluster.shared(stack);
		posting = cluster.start(Posting.class, Forms.class);
		cold = cluster.start(Posting.class, Forms.class);
		ordinary = cluster.start(Ordinary.class, Forms.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		posting.close();
		cold.close();
		ordinary.close();
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
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

	/**
	 * A planted cookie makes the reactive filter read the form.
	 */
	@Test
	void formThatCannotBeReadIsRefusedWithoutServerError() {
		this.browser.cookies().put(VictimLogin.cookieName("scenario", "x"), planted("/transfer"));
		for (String to : List.of("m".repeat(300_000), "%zz")) {
			assertThat(this.browser.post(posting, "/transfer", "state=x&to=" + to).status()).isBetween(400, 499);
		}
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

	/**
	 * Its binding cookie would not come back, and the session cookie may. In a reactive
	 * app the login is refused, as Spring Security reads no callbacks that are posted.
	 */
	@Test
	void postedLoginOverPlainHttpStartsInTheSessionOrNotAtAll() {
		Browser plain = Browser.overHttp();
		if (this.stack == Stack.REACTIVE) {
			assertThat(String.valueOf(plain.open(posting, "/oauth2/authorization/idp").location()))
				.doesNotContain("/oauth2/authorize");
			return;
		}
		postedLogin(plain, posting);
		assertThat(plain.cookies().keySet()).isNotEmpty().noneMatch((name) -> name.contains("oauth2-state"));
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
		this.cluster.store.takeOperations();
		this.browser.post(posting, callback[0], callback[1]);
		assertThat(this.cluster.store.takeOperations()).containsExactly("take");
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
	static class Posting extends Ordinary {

		private static final RequestChange POSTED_CALLBACK_UNLESS_GET = (parameters, request) -> {
			if (parameters.apply("get").isEmpty()) {
				request.additionalParameters((all) -> all.put("response_mode", "form_post"));
			}
		};

		@Bean
		@InServletApp
		OAuth2AuthorizationRequestResolver resolver(ClientRegistrationRepository registrations) {
			return POSTED_CALLBACK_UNLESS_GET.on(new DefaultOAuth2AuthorizationRequestResolver(registrations));
		}

		@Bean
		@InReactiveApp
		ServerOAuth2AuthorizationRequestResolver reactiveResolver(ReactiveClientRegistrationRepository registrations) {
			return POSTED_CALLBACK_UNLESS_GET.on(new DefaultServerOAuth2AuthorizationRequestResolver(registrations));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Ordinary {

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.csrf((csrf) -> csrf.ignoringRequestMatchers("/raw"))
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			ServerWebExchangeMatcher raw = ServerWebExchangeMatchers.pathMatchers("/raw");
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.csrf((csrf) -> csrf.requireCsrfProtectionMatcher(new AndServerWebExchangeMatcher(
						CsrfWebFilter.DEFAULT_CSRF_MATCHER, new NegatedServerWebExchangeMatcher(raw))))
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

	}

	@RestController
	@Import({ ServletForms.class, ReactiveForms.class })
	static class Forms {

		@PostMapping({ "/transfer", "/", "/authorized/api" })
		String transfer() {
			return "transferred";
		}

	}

	@InServletApp
	@RestController
	static class ServletForms {

		@PostMapping("/raw")
		String raw(HttpServletRequest request) throws IOException {
			return new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}

	}

	@InReactiveApp
	@RestController
	static class ReactiveForms {

		@PostMapping("/raw")
		Mono<String> raw(ServerHttpRequest request) {
			return DataBufferUtils.join(request.getBody()).map((body) -> body.toString(StandardCharsets.UTF_8));
		}

	}

}
