package io.github.oauth2state.logout;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SharedLogoutConfigurer}: filter chains of many kinds end the sessions
 * that a logout token has left a mark for.
 */
class SharedLogoutConfigurerTests {

	private final OidcUser alice = Tokens.user("s1", "alice");

	private final MockHttpSession session = new MockHttpSession();

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	/**
	 * The users that the app saw, {@code null} for nobody.
	 */
	private final List<@Nullable Authentication> seen = new ArrayList<>();

	private final WebApplicationContextRunner app = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
				LogoutAutoConfiguration.class))
		.withBean(FakeStore.class)
		.withPropertyValues("oauth2-state.logout.check-interval=0s")
		.withUserConfiguration(Web.class);

	@Test
	void sessionOfAUserWhoIsLoggedOutEnds() {
		this.app.withUserConfiguration(Documented.class).run(this::assertThatLogoutEndsTheSession);
	}

	@Test
	void chainThatSavesTheUserByItselfEndsTheSession() {
		this.app.withUserConfiguration(SavingByItself.class).run(this::assertThatLogoutEndsTheSession);
	}

	@Test
	void chainThatIsGivenTheSharedRegistryEndsTheSession() {
		this.app.withUserConfiguration(WithRegistry.class).run(this::assertThatLogoutEndsTheSession);
	}

	@Test
	void chainWithoutLogoutForgetsTheUserInTheContextOfTheApp() {
		this.app.withUserConfiguration(WithoutLogout.class).run(this::assertThatLogoutEndsTheSession);
	}

	@Test
	void handlerThatAnswersEndsTheRequest() {
		this.app.withUserConfiguration(Redirecting.class).run((context) -> {
			logOut(context);
			request(context);
			assertThat(this.session.isInvalid()).isTrue();
			assertThat(this.response.getRedirectedUrl()).isEqualTo("https://idp.example/logout");
			assertThat(this.seen).isEmpty();
		});
	}

	private void assertThatLogoutEndsTheSession(ApplicationContext context) throws Exception {
		request(context);
		assertThat(this.seen).doesNotContainNull().hasSize(1);
		logOut(context);
		request(context);
		assertThat(this.session.isInvalid()).isTrue();
		assertThat(this.seen).hasSize(2).last().isNull();
	}

	private static void logOut(ApplicationContext context) {
		context.getBean(OidcSessionRegistry.class)
			.removeSessionInformation(Tokens.bySid("s1", Instant.parse("2026-01-01T12:01:00Z"), "1"));
	}

	private void request(ApplicationContext context) throws Exception {
		this.session.setAttribute(HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
				new SecurityContextImpl(new OAuth2AuthenticationToken(this.alice, List.of(), "idp")));
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
		request.setSession(this.session);
		SecurityContextHolderStrategy contexts = context.getBean(SecurityContextHolderStrategy.class);
		context.getBean("springSecurityFilterChain", Filter.class)
			.doFilter(request, this.response, new MockFilterChain() {
				@Override
				public void doFilter(ServletRequest request, ServletResponse response) {
					SharedLogoutConfigurerTests.this.seen.add(contexts.getContext().getAuthentication());
				}
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	static class Web {

		@Bean
		SecurityContextHolderStrategy contexts() {
			return new OwnContexts();
		}

		@Bean
		ClientRegistrationRepository registrations() {
			return new InMemoryClientRegistrationRepository(ClientRegistration.withRegistrationId("idp")
				.clientId("app")
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.redirectUri("{baseUrl}")
				.authorizationUri("https://idp.example/authorize")
				.tokenUri("https://idp.example/token")
				.issuerUri(Tokens.ISSUER)
				.build());
		}

	}

	/**
	 * Contexts that the static holder does not know.
	 */
	private static final class OwnContexts implements SecurityContextHolderStrategy {

		private final ThreadLocal<SecurityContext> current = ThreadLocal.withInitial(this::createEmptyContext);

		@Override
		public void clearContext() {
			this.current.remove();
		}

		@Override
		public SecurityContext getContext() {
			return this.current.get();
		}

		@Override
		public void setContext(SecurityContext context) {
			this.current.set(context);
		}

		@Override
		public SecurityContext createEmptyContext() {
			return new SecurityContextImpl();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Documented {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.anonymous(AbstractHttpConfigurer::disable)
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SavingByItself {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.anonymous(AbstractHttpConfigurer::disable)
				.securityContext((context) -> context.requireExplicitSave(false))
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithRegistry {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, OidcSessionRegistry registry) {
			return http.anonymous(AbstractHttpConfigurer::disable)
				.oidcLogout((logout) -> logout.oidcSessionRegistry(registry).backChannel(Customizer.withDefaults()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutLogout {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.anonymous(AbstractHttpConfigurer::disable)
				.logout(AbstractHttpConfigurer::disable)
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Redirecting {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.logout((logout) -> logout.addLogoutHandler((request, response, authentication) -> {
				try {
					response.sendRedirect("https://idp.example/logout");
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
			})).oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults())).build();
		}

	}

}
