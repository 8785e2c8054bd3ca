package io.github.oauth2state.logout;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

import io.github.oauth2state.StateKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SessionName}.
 */
class SessionNameTests {

	@Test
	void sessionHasTheNameOfTheProvidersSessionAndThatOfItsUser() {
		List<StateKey> names = keys(Tokens.user("s1", "alice"));
		assertThat(names).hasSize(2);
		assertThat(keys(Tokens.user("s2", "alice"))).doesNotContain(names.get(0)).contains(names.get(1));
		assertThat(keys(Tokens.user(null, "alice"))).containsExactly(names.get(1));
	}

	@Test
	void tokenNamesTheProvidersSessionIfItHasOneAndElseTheUser() {
		List<StateKey> names = keys(Tokens.user("s1", "alice"));
		assertThat(SessionName.keys(SessionName.of("app", Tokens.bySid("s1", Tokens.LOGIN, "1"))))
			.containsExactly(names.get(0));
		assertThat(SessionName.keys(SessionName.of("app", Tokens.bySub("alice", Tokens.LOGIN, "1"))))
			.containsExactly(names.get(1));
		assertThat(SessionName
			.keys(SessionName.of("app", Tokens.token(Map.of("sub", "alice", "sid", "s1"), Tokens.LOGIN, "1"))))
			.containsExactly(names.get(0));
	}

	@Test
	void operatorNamesTheUser() {
		assertThat(SessionName.ofSubject("app", Tokens.ISSUER, "app", "alice").key())
			.isEqualTo(keys(Tokens.user(null, "alice")).get(0));
	}

	@Test
	void sidThatIsTheSubOfAnotherUserIsAnotherName() {
		assertThat(keys(Tokens.user("alice", "bob"))).doesNotContainAnyElementsOf(keys(Tokens.user(null, "alice")));
	}

	@Test
	void otherIssuersClientsAndAppsHaveOtherNames() {
		List<StateKey> names = keys(Tokens.user("s1", "alice"));
		assertThat(keys(Tokens.user("s1", "alice", Tokens.LOGIN, Map.of("iss", "https://idp.example/other"))))
			.doesNotContainAnyElementsOf(names);
		assertThat(keys(Tokens.user("s1", "alice", Tokens.LOGIN, Map.of("aud", List.of("app2")))))
			.doesNotContainAnyElementsOf(names);
		assertThat(SessionName.keys(SessionName.of("app2", Tokens.user("s1", "alice"))))
			.doesNotContainAnyElementsOf(names);
	}

	@Test
	void ofSeveralAudiencesTheAuthorizedPartyIsTheClient() {
		Map<String, Object> several = Map.of("aud", List.of("api", "app"));
		assertThat(keys(Tokens.user("s1", "alice", Tokens.LOGIN, several))).hasSize(4)
			.containsAll(keys(Tokens.user("s1", "alice")));
		assertThat(keys(Tokens.user("s1", "alice", Tokens.LOGIN, Map.of("aud", List.of("api", "app"), "azp", "app"))))
			.isEqualTo(keys(Tokens.user("s1", "alice")));
	}

	@Test
	void everyNameOpensTheIdOfItsSession() {
		List<SessionName> names = SessionName.of("app", Tokens.user("s1", "alice"));
		byte[] sealed = SessionName.seal(names, "the session");
		assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("session");
		assertThat(names).allSatisfy((name) -> assertThat(name.open(sealed)).contains("the session"));
		assertThat(SessionName.ofSubject("app", Tokens.ISSUER, "app", "bob").open(sealed)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "x", "\u0000\u0010", "\u00ff\u00ffabc", "\u0000\u0003abc\u0000" })
	void hostileRecordOpensNothing(String record) {
		assertThat(SessionName.ofSubject("app", Tokens.ISSUER, "app", "alice")
			.open(record.getBytes(StandardCharsets.ISO_8859_1))).isEmpty();
	}

	private static List<StateKey> keys(OidcUser user) {
		return SessionName.keys(SessionName.of("app", user));
	}

}
