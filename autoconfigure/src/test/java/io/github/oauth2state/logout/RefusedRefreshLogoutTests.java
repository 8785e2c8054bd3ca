package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.logout.SecurityContextLogoutHandler;

import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RefusedRefreshLogout}, and for the filter that ends the session of the
 * request.
 */
class RefusedRefreshLogoutTests {

	private static final ClientRegistration REGISTRATION = ClientRegistration.withRegistrationId("idp")
		.clientId("app")
		.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
		.redirectUri("{baseUrl}")
		.authorizationUri("https://idp.example/authorize")
		.tokenUri("https://idp.example/token")
		.build();

	private final FakeIndex index = new FakeIndex();

	private final List<String> deleted = new ArrayList<>();

	private final List<LogoutEvent> events = new ArrayList<>();

	private final List<Authentication> ended = new ArrayList<>();

	private final IndexedSessions sessions = new IndexedSessions(this.index, this.deleted::add, "app",
			InstantSource.system());

	private final LogoutServices services = new LogoutServices(this.sessions, null,
			new LogoutEventPublisher(() -> List.of(this.events::add)),
			new EndedSessionPublisher(() -> List.of(this.ended::add)), Duration.ZERO);

	private final RefusedRefreshLogout handler = new RefusedRefreshLogout(this.services);

	private final SessionLogoutFilter filter = new SessionLogoutFilter(this.services,
			SecurityContextHolder.getContextHolderStrategy(), new SecurityContextLogoutHandler());

	private final MockHttpServletRequest request = new MockHttpServletRequest();

	@BeforeEach
	void noUser() {
		SecurityContextHolder.clearContext();
	}

	@Test
	void sessionOfTheRequestEndsAfterTheRequestAndTheOthersAtOnce() throws Exception {
		Authentication alice = authentication(Tokens.user("s1", "alice"));
		MockHttpSession own = signIn(alice);
		this.sessions.add(own.getId(), Tokens.user("s1", "alice"), Duration.ofHours(1));
		this.sessions.add("other", Tokens.user("s1", "alice"), Duration.ofHours(1));
		handle(() -> {
			this.handler.onRefusal(REGISTRATION, alice);
			assertThat(own.isInvalid()).isFalse();
			assertThat(this.deleted).containsExactly("other");
		});
		assertThat(own.isInvalid()).isTrue();
		assertThat(this.ended).containsExactly(alice);
		assertThat(this.events)
			.containsExactly(new LogoutEvent(LogoutKind.REFUSED_REFRESH, LogoutOutcome.ENDED, "idp", 2));
	}

	@Test
	void requestOfAnotherUserKeepsItsSession() throws Exception {
		MockHttpSession own = signIn(authentication(Tokens.user("s2", "bob")));
		handle(() -> this.handler.onRefusal(REGISTRATION, authentication(Tokens.user("s1", "alice"))));
		assertThat(own.isInvalid()).isFalse();
		assertThat(this.events).extracting(LogoutEvent::outcome).containsExactly(LogoutOutcome.UNKNOWN);
	}

	@Test
	void outsideOfARequestOnlyTheSessionsInTheIndexEnd() {
		this.sessions.add("one", Tokens.user("s1", "alice"), Duration.ofHours(1));
		this.handler.onRefusal(REGISTRATION, authentication(Tokens.user("s1", "alice")));
		assertThat(this.deleted).containsExactly("one");
	}

	@Test
	void storeThatFailsDoesNotKeepTheSessionOfTheRequestAlive() throws Exception {
		Authentication alice = authentication(Tokens.user("s1", "alice"));
		MockHttpSession own = signIn(alice);
		this.index.failing = true;
		handle(() -> this.handler.onRefusal(REGISTRATION, alice));
		assertThat(own.isInvalid()).isTrue();
		assertThat(this.events).extracting(LogoutEvent::outcome).containsExactly(LogoutOutcome.FAILED);
	}

	@Test
	void nextRequestOfTheThreadIsNotConcerned() throws Exception {
		Authentication alice = authentication(Tokens.user("s1", "alice"));
		signIn(alice);
		handle(() -> this.handler.onRefusal(REGISTRATION, alice));
		this.request.setSession(null);
		MockHttpSession next = signIn(alice);
		handle(() -> {
		});
		assertThat(next.isInvalid()).isFalse();
	}

	private MockHttpSession signIn(Authentication user) {
		SecurityContextHolder.setContext(new SecurityContextImpl(user));
		return (MockHttpSession) this.request.getSession();
	}

	private void handle(Runnable app) throws Exception {
		this.filter.doFilter(this.request, new MockHttpServletResponse(), new MockFilterChain() {
			@Override
			public void doFilter(ServletRequest request, ServletResponse response) {
				app.run();
			}
		});
		this.request.clearAttributes();
	}

	private static Authentication authentication(OidcUser user) {
		return new OAuth2AuthenticationToken(user, List.of(), "idp");
	}

}
