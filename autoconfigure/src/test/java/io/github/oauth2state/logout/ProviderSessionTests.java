package io.github.oauth2state.logout;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ProviderSession}.
 */
class ProviderSessionTests {

	private final AppSession session = new ServletSession(new MockHttpSession());

	@Test
	void idTokenOfAnotherLoginDoesNotChangeTheProvidersSession() {
		OidcUser login = Tokens.user("s1", "alice");
		ProviderSession.note(this.session, login);
		OidcUser refreshed = Tokens.user("s2", "alice", Tokens.LOGIN.plusSeconds(60), Map.of());
		OidcUser user = ProviderSession.userOf(this.session, refreshed);
		assertThat(SessionName.keys(SessionName.of("app", user)))
			.isEqualTo(SessionName.keys(SessionName.of("app", login)));
	}

	@Test
	void refreshDoesNotMakeALoginYoungerThanALogout() {
		ProviderSession.note(this.session, Tokens.user("s1", "alice", Tokens.LOGIN, Map.of("nonce", "n")));
		OidcUser refreshed = ProviderSession.userOf(this.session,
				Tokens.user("s1", "alice", Tokens.LOGIN.plusSeconds(60), Map.of()));
		assertThat(refreshed.getIssuedAt()).isEqualTo(Tokens.LOGIN);
		assertThat(IndexedSessions.since(refreshed)).isEqualTo(Tokens.LOGIN);
		OidcUser again = ProviderSession.userOf(this.session,
				Tokens.user("s1", "alice", Tokens.LOGIN.plusSeconds(120), Map.of("nonce", "n")));
		assertThat(again.getIssuedAt()).isEqualTo(Tokens.LOGIN);
	}

	@Test
	void loginWithAnotherNonceIsANewOneThoughNobodyNotedIt() {
		ProviderSession.note(this.session, Tokens.user("s1", "alice", Tokens.LOGIN, Map.of("nonce", "n")));
		OidcUser login = Tokens.user("s2", "alice", Tokens.LOGIN.plusSeconds(60), Map.of("nonce", "m"));
		assertThat(ProviderSession.userOf(this.session, login)).isSameAs(login);
		assertThat(
				ProviderSession.userOf(this.session, Tokens.user(null, "alice", Tokens.LOGIN.plusSeconds(90), Map.of()))
					.getIssuedAt())
			.isEqualTo(login.getIssuedAt());
	}

	@Test
	void loginWithoutASidHasNoneAfterARefresh() {
		ProviderSession.note(this.session, Tokens.user(null, "alice"));
		assertThat(ProviderSession.userOf(this.session, Tokens.user("s2", "alice")).getClaimAsString("sid")).isNull();
	}

	@Test
	void refreshThatDropsTheSidKeepsThatOfTheLogin() {
		ProviderSession.note(this.session, Tokens.user("s1", "alice"));
		assertThat(ProviderSession.userOf(this.session, Tokens.user(null, "alice")).getClaimAsString("sid"))
			.isEqualTo("s1");
	}

	@Test
	void newLoginInTheSameSessionCounts() {
		ProviderSession.note(this.session, Tokens.user("s1", "alice"));
		ProviderSession.note(this.session, Tokens.user("s2", "alice"));
		assertThat(ProviderSession.userOf(this.session, Tokens.user("s2", "alice")).getClaimAsString("sid"))
			.isEqualTo("s2");
	}

	@Test
	void anotherUserOfTheSessionIsNotConfusedWithTheFirst() {
		ProviderSession.note(this.session, Tokens.user("s1", "alice"));
		OidcUser bob = Tokens.user("s2", "bob");
		assertThat(ProviderSession.userOf(this.session, bob)).isSameAs(bob);
		assertThat(ProviderSession.userOf(this.session, Tokens.user("s3", "bob")).getClaimAsString("sid"))
			.isEqualTo("s2");
	}

	@Test
	void sessionFromBeforeIsRememberedAsItIs() {
		OidcUser alice = Tokens.user("s1", "alice");
		assertThat(ProviderSession.userOf(this.session, alice)).isSameAs(alice);
		assertThat(ProviderSession.userOf(this.session, Tokens.user("s2", "alice")).getClaimAsString("sid"))
			.isEqualTo("s1");
	}

}
