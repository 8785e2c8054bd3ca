package io.github.oauth2state.logout;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.logout.SecurityContextLogoutHandler;

import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link LogoutRequest} and the filters that begin and end it.
 */
class LogoutRequestTests {

	private static final String LOADED = "org.springframework.session.SessionRepository.CURRENT_SESSION";

	private final FakeIndex index = new FakeIndex();

	private final List<String> deleted = new ArrayList<>();

	private final List<LogoutEvent> events = new ArrayList<>();

	private final LogoutEventPublisher publisher = new LogoutEventPublisher(() -> List.of(this.events::add));

	private final IndexedSessions sessions = new IndexedSessions(this.index, this.deleted::add, "app",
			InstantSource.system());

	private final LogoutServices services = new LogoutServices(this.sessions,
			new IndexUpdates(this.sessions, InstantSource.system()), this.publisher,
			new EndedSessionPublisher(List::of), Duration.ZERO);

	private final OidcUser alice = Tokens.user("s1", "alice");

	private final MockHttpServletRequest request = new MockHttpServletRequest("POST",
			"/logout/connect/back-channel/idp");

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	LogoutRequestTests() {
		this.services.setInUse();
	}

	@AfterEach
	void endRequest() {
		this.services.destroy();
		SecurityContextHolder.clearContext();
		assertThat(LogoutRequest.current()).isNull();
	}

	@Test
	void sessionThatTakesThePlaceOfTheFirstIsAddedAtALogin() throws Exception {
		MockHttpSession first = new MockHttpSession();
		MockHttpSession second = new MockHttpSession();
		this.request.setAttribute(LOADED, first);
		handle((request) -> {
			new SharedOidcSessionRegistry(this.services)
				.saveSessionInformation(new OidcSessionInformation(first.getId(), Map.of(), this.alice));
			first.invalidate();
			request.setAttribute(LOADED, second);
		});
		this.sessions.end(Tokens.bySid("s1", Tokens.LOGIN, "1"));
		assertThat(this.deleted).containsExactly(second.getId());
	}

	@Test
	void requestEndsThoughItsSessionCannotBeProlonged() {
		this.request.setAttribute(LOADED, new MockHttpSession() {
			@Override
			public void setAttribute(String name, Object value) {
				throw new IllegalStateException("Session was invalidated");
			}
		});
		SecurityContextHolder
			.setContext(new SecurityContextImpl(new OAuth2AuthenticationToken(this.alice, List.of(), "idp")));
		assertThatIllegalStateException().isThrownBy(() -> handle((request) -> {
		}));
	}

	@Test
	void requestEndsThoughItsSessionCannotBeAddedAtALogin() throws Exception {
		MockHttpSession session = new MockHttpSession() {
			@Override
			public void setAttribute(String name, Object value) {
				throw new IllegalStateException("Session was invalidated");
			}
		};
		this.request.setAttribute(LOADED, session);
		handle((request) -> assertThatIllegalStateException()
			.isThrownBy(() -> new SharedOidcSessionRegistry(this.services)
				.saveSessionInformation(new OidcSessionInformation(session.getId(), Map.of(), this.alice))));
	}

	@Test
	void registrationsThatCannotBeReadAreAFailureThatMayPass() throws Exception {
		LogoutTokenFilter filter = new LogoutTokenFilter((registrationId) -> {
			throw new IllegalStateException("The provider is away");
		}, this.publisher);
		filter.doFilter(this.request, this.response, new MockFilterChain());
		assertThat(this.response.getStatus()).isEqualTo(503);
		assertThat(this.events).extracting(LogoutEvent::outcome).containsExactly(LogoutOutcome.FAILED);
	}

	private void handle(App app) throws Exception {
		SessionLogoutFilter inner = new SessionLogoutFilter(this.services,
				SecurityContextHolder.getContextHolderStrategy(), new SecurityContextLogoutHandler());
		new AfterSaveFilter().doFilter(this.request, this.response, new MockFilterChain(new HttpServlet() {
			@Override
			public void service(ServletRequest request, ServletResponse response) throws ServletException {
				app.handle(request);
			}
		}, inner));
	}

	@FunctionalInterface
	private interface App {

		void handle(ServletRequest request) throws ServletException;

	}

}
