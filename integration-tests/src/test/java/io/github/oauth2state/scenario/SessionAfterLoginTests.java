package io.github.oauth2state.scenario;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.AuthenticationSuccessEvent;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.SimpleUrlAuthenticationFailureHandler;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the code of an app that is called during a login sees of the HTTP session. Without
 * the library there is one since the login began; with it there must be one just the
 * same, once there is something to process. A reactive app has a {@code WebSession} for
 * each request, so that there is nothing to test.
 */
@Tag("full")
class SessionAfterLoginTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	private static final List<String> seen = new CopyOnWriteArrayList<>();

	@BeforeEach
	void forget() {
		Cluster.shared().forget();
		seen.clear();
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "SESSION", "STORE", "COOKIE" })
	void everythingThatALoginCallsSeesASession(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), Chain.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			assertThat(seen).containsExactly("user service: session", "event: session, details true",
					"strategy: session", "success handler: session, details true");
			assertThat(browser.isSignedIn(instance)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void chainThatMakesNoSessionsOfItsOwnSignsIn(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), Never.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			assertThat(seen).contains("strategy: session");
			assertThat(browser.isSignedIn(instance)).isTrue();
		}
	}

	@Test
	void sessionThatInstancesShareIsThereToo() {
		List<String> sessions = SharedSessions.inRedis();
		try (Instance a = KeptIn.REDIS.start(sessions, Chain.class, SharedSessions.InRedis.class);
				Instance b = KeptIn.REDIS.start(sessions, Chain.class, SharedSessions.InRedis.class)) {
			Browser browser = Browser.overHttp();
			browser.open(b, browser.begin(a, LOGIN));
			assertThat(seen).contains("strategy: session");
			assertThat(browser.isSignedIn(a)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STORE", "COOKIE" })
	void statelessChainGetsNoSession(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), Stateless.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			assertThat(seen).contains("success handler: none, details false");
			assertThat(instance.takeSessionsCreated()).isZero();
			assertThat(browser.cookies()).doesNotContainKey("JSESSIONID");
		}
	}

	/**
	 * Spring Security makes one at begin, but keeps nobody signed in by it either.
	 */
	@Test
	void statelessChainWithoutTheLibrarySignsNobodyInEither() {
		try (Instance instance = KeptIn.OFF.start(List.of(), Stateless.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			assertThat(seen).contains("success handler: session, details true");
			assertThat(browser.isSignedIn(instance)).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STORE", "COOKIE" })
	void nothingButALoginMakesASession(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), Chain.class)) {
			Browser browser = Browser.overHttp();
			String callback = browser.begin(instance, LOGIN);
			Browser.overHttp().open(instance, callback);
			browser.open(instance, callback.replace("state=", "state=x"));
			browser.open(instance, callback.replaceFirst("code=[^&]*", "error=access_denied"));
			browser.open(instance, callback.replaceFirst("code=[^&]*", "error=access_denied"));
			assertThat(seen).containsOnly("failure handler: none").hasSize(4);
			browser.open(instance, browser.begin(instance, "/oauth2/authorization/api"));
			assertThat(instance.takeSessionCreators()).noneMatch((creator) -> creator.contains("oauth2state"));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void sessionFromBeforeTheLoginGetsAnotherId(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), Chain.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, "/page");
			String before = browser.cookies().get("JSESSIONID");
			browser.follow(instance, LOGIN);
			assertThat(before).isNotEqualTo(browser.cookies().get("JSESSIONID"));
			assertThat(browser.isSignedIn(instance)).isTrue();
			assertThat(instance.takeSessionsCreated()).isOne();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void idThatABrowserMadeUpIsNotTheSessionsId(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), Chain.class)) {
			Browser browser = Browser.overHttp();
			browser.cookies().put("JSESSIONID", "A".repeat(32));
			browser.open(instance, browser.begin(instance, LOGIN));
			assertThat(browser.cookies().get("JSESSIONID")).isNotEqualTo("A".repeat(32));
			assertThat(browser.isSignedIn(instance)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void oneSessionPerUserMeansTheLatest(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), OneSession.class)) {
			Browser first = Browser.overHttp();
			Browser second = Browser.overHttp();
			first.open(instance, first.begin(instance, LOGIN));
			first.open(instance, first.begin(instance, LOGIN));
			assertThat(first.isSignedIn(instance)).isTrue();
			second.open(instance, second.begin(instance, LOGIN));
			assertThat(first.isSignedIn(instance)).isFalse();
			assertThat(second.isSignedIn(instance)).isTrue();
		}
	}

	private static void see(String who) {
		HttpServletRequest request = ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes())
			.getRequest();
		seen.add(who + ": " + ((request.getSession(false) != null) ? "session" : "none"));
	}

	private static String details(Authentication authentication) {
		WebAuthenticationDetails details = (WebAuthenticationDetails) authentication.getDetails();
		return ", details " + (details != null && details.getSessionId() != null);
	}

	private static void seeWithDetails(String who, Authentication authentication) {
		see(who);
		seen.add(seen.remove(seen.size() - 1) + details(authentication));
	}

	static class Observed {

		SecurityFilterChain chain(HttpSecurity http) {
			SimpleUrlAuthenticationFailureHandler failureHandler = new SimpleUrlAuthenticationFailureHandler(
					"/login?error");
			failureHandler.setAllowSessionCreation(false);
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.sessionManagement(this::sessions)
				.oauth2Login((login) -> login
					.userInfoEndpoint((userInfo) -> userInfo.oidcUserService(new ObservedUserService()))
					.successHandler((request, response, authentication) -> {
						seeWithDetails("success handler", authentication);
						response.sendRedirect("/home");
					})
					.failureHandler((request, response, failure) -> {
						see("failure handler");
						failureHandler.onAuthenticationFailure(request, response, failure);
					}))
				.oauth2Client((client) -> {
				})
				.build();
		}

		void sessions(SessionManagementConfigurer<HttpSecurity> sessions) {
			sessions.addSessionAuthenticationStrategy((authentication, request, response) -> see("strategy"));
		}

		@EventListener
		void on(AuthenticationSuccessEvent event) {
			seeWithDetails("event", event.getAuthentication());
		}

	}

	static final class ObservedUserService extends OidcUserService {

		@Override
		public OidcUser loadUser(OidcUserRequest request) {
			see("user service");
			return new User(super.loadUser(request));
		}

	}

	/**
	 * The same user in every session, so that these can be counted.
	 */
	static final class User extends DefaultOidcUser {

		User(OidcUser user) {
			super(user.getAuthorities(), user.getIdToken(), user.getUserInfo());
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof User user && getName().equals(user.getName());
		}

		@Override
		public int hashCode() {
			return getName().hashCode();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Chain extends Observed {

		@Bean
		@Override
		SecurityFilterChain chain(HttpSecurity http) {
			return super.chain(http);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Never extends Chain {

		@Override
		void sessions(SessionManagementConfigurer<HttpSecurity> sessions) {
			super.sessions(sessions.sessionCreationPolicy(SessionCreationPolicy.NEVER));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Stateless extends Chain {

		@Override
		void sessions(SessionManagementConfigurer<HttpSecurity> sessions) {
			super.sessions(sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OneSession extends Chain {

		@Override
		void sessions(SessionManagementConfigurer<HttpSecurity> sessions) {
			super.sessions(sessions);
			sessions.maximumSessions(1);
		}

	}

}
