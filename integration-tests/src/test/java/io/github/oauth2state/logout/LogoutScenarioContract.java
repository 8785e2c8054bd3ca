package io.github.oauth2state.logout;

import java.net.http.HttpResponse;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.scenario.Browser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users and their provider see on two instances. Logins are at the first instance,
 * and logout tokens come to either.
 */
abstract class LogoutScenarioContract {

	private final LogoutCluster cluster;

	private final String alice = LogoutCluster.name("alice");

	private final String bob = LogoutCluster.name("bob");

	private final String one = LogoutCluster.name("session");

	private final String two = LogoutCluster.name("session");

	LogoutScenarioContract(SetUp setUp) {
		this.cluster = LogoutCluster.of(setUp);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1 })
	void tokenThatNamesASessionEndsThatOne(int receiver) {
		Browser first = logIn(this.alice, this.one);
		Browser second = logIn(this.alice, this.two);
		Browser other = this.cluster.a.logIn(this.bob);
		this.cluster.logOut(this.cluster.instance(receiver), this.cluster.provider.logout().sid(this.one));
		assertUser(first, "");
		assertUser(second, this.alice);
		assertUser(other, this.bob);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1 })
	void tokenThatNamesAUserEndsAllSessionsOfTheUser(int receiver) {
		Browser first = logIn(this.alice, this.one);
		Browser second = logIn(this.alice, this.two);
		Browser third = this.cluster.b.logIn(this.alice);
		Browser other = logIn(this.bob, LogoutCluster.name("session"));
		this.cluster.logOut(this.cluster.instance(receiver), this.cluster.provider.logout().sub(this.alice));
		assertUser(first, "");
		assertUser(second, "");
		this.cluster.assertUser(third, this.cluster.b, "");
		assertUser(other, this.bob);
	}

	/**
	 * The session is one of the user's (OpenID Connect Back-Channel Logout 1.0, section
	 * 2.4).
	 */
	@Test
	@Tag("full")
	void tokenThatNamesASessionAndItsUserEndsThatSession() {
		Browser first = logIn(this.alice, this.one);
		Browser second = logIn(this.alice, this.two);
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sid(this.one).sub(this.alice));
		assertUser(first, "");
		assertUser(second, this.alice);
	}

	@Test
	void userLogsInAgainInTheSameBrowser() {
		Browser browser = logIn(this.alice, this.one);
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sub(this.alice));
		assertUser(browser, "");
		LogoutCluster.awaitNextSecond();
		this.cluster.a.logIn(browser, "idp");
		this.cluster.awaitInterval();
		assertUser(browser, this.alice);
	}

	@Test
	void sessionWhoseIdHasChangedEnds() {
		Browser browser = logIn(this.alice, this.one);
		Browser before = browser.copy();
		assertThat(browser.open(this.cluster.a, "/api/change-id").body()).isEqualTo("changed");
		assertThat(browser.cookies()).isNotEqualTo(before.cookies());
		assertUser(browser, this.alice);
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sid(this.one));
		assertUser(browser, "");
		assertUser(before, "");
	}

	@Test
	@Tag("full")
	void sessionThatSomebodyElseHasTakenOverIsTheirs() {
		Browser browser = logIn(this.alice, this.one);
		this.cluster.a.logIn(browser.as(this.bob + "/" + this.two), "idp");
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sub(this.alice));
		assertUser(browser, this.bob);
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sid(this.two));
		assertUser(browser, "");
	}

	@Test
	void otherClientOfTheProviderIsNotLoggedOut() {
		Browser app = this.cluster.a.logIn(this.alice + "/" + this.one, "idp");
		Browser second = this.cluster.a.logIn(this.alice + "/" + this.one, "second");
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sub(this.alice));
		assertUser(app, "");
		assertUser(second, this.alice);
		HttpResponse<String> answer = this.cluster.b
			.send(this.cluster.provider.logout("second").sid(this.one).sub(this.alice).signed(), "second");
		assertThat(answer.statusCode()).isEqualTo(200);
		this.cluster.awaitInterval();
		assertUser(second, "");
	}

	@Test
	@Tag("full")
	void registrationsOfTheSameClientAreLoggedOutTogether() {
		Browser idp = this.cluster.a.logIn(this.alice + "/" + this.one, "idp");
		Browser twin = this.cluster.a.logIn(this.alice + "/" + this.one, "twin");
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sid(this.one));
		assertUser(idp, "");
		assertUser(twin, "");
	}

	@Test
	@Tag("full")
	void tokenForSeveralClientsIsOneForThis() {
		Browser browser = logIn(this.alice, this.one);
		this.cluster.logOut(this.cluster.b,
				this.cluster.provider.logout().claim("aud", List.of("other", "app")).sid(this.one));
		assertUser(browser, "");
	}

	@Test
	@Tag("full")
	void tokenThatNamesNobodyWhoIsHereIsAccepted() {
		Browser browser = logIn(this.alice, this.one);
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sid(this.two).sub(this.bob));
		assertUser(browser, this.alice);
	}

	/**
	 * Providers leave the time of expiry out, which drafts of the specification did not
	 * have, and the type, which it only recommends.
	 */
	@Test
	@Tag("full")
	void tokensOfOlderProvidersAreAccepted() {
		Browser browser = logIn(this.alice, this.one);
		this.cluster.logOut(this.cluster.b,
				this.cluster.provider.logout().claim("exp", null).type("JWT").sid(this.one));
		assertUser(browser, "");
	}

	@Test
	@Tag("full")
	void namesCanBeLongAndOfAnyCharacters() {
		String session = this.one + "/\"';,=%00 \\" + "x".repeat(900);
		Browser browser = logIn(this.alice, session);
		this.cluster.logOut(this.cluster.b, this.cluster.provider.logout().sid(session));
		assertUser(browser, "");
	}

	@ParameterizedTest
	@EnumSource
	void forgedTokenIsRefusedAndEndsNothing(Forgery forgery) {
		Browser browser = logIn(this.alice, this.one);
		// An instance knows at once what it was told itself
		HttpResponse<String> answer = this.cluster.a
			.send(forgery.of(this.cluster.provider.logout().sid(this.one).sub(this.alice)));
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
		assertUser(browser, this.alice);
	}

	@Test
	void tokenThatComesAgainIsRefusedAndEndsNothing() {
		Browser browser = logIn(this.alice, this.one);
		LogoutToken token = this.cluster.provider.logout().sub(this.alice);
		String signed = token.signed();
		assertThat(this.cluster.b.send(signed).statusCode()).isEqualTo(200);
		this.cluster.awaitInterval();
		assertUser(browser, "");
		LogoutCluster.awaitNextSecond();
		this.cluster.a.logIn(browser, "idp");
		assertThat(List.of(this.cluster.a.send(signed).statusCode(), this.cluster.b.send(signed).statusCode()))
			.containsOnly(400);
		this.cluster.awaitInterval();
		assertUser(browser, this.alice);
	}

	private Browser logIn(String user, String session) {
		return this.cluster.a.logIn(user + "/" + session);
	}

	private void assertUser(Browser browser, String user) {
		this.cluster.assertUser(browser, this.cluster.a, user);
	}

}
