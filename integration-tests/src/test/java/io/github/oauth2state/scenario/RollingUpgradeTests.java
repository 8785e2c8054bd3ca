package io.github.oauth2state.scenario;

import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.OtherFormats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Logins that an instance of another release began, while releases are rolled out or
 * back.
 */
@Tag("full")
class RollingUpgradeTests extends AttackTests {

	RollingUpgradeTests(Deployment deployment) {
		super(deployment);
	}

	@Test
	void loginThatTheNextReleaseBeganCompletes() {
		VictimLogin login = begin();
		this.cluster.records.rewrite(inVersion(2, login));
		login.setCookie(login.cookie().replaceFirst("^1", "2") + "..bmV3");
		assertCompletes(login);
		this.browser.cookies().remove(this.stack.sessionCookie());
		assertBeginsAnew(this.browser, attackWithoutStoreCall(() -> this.browser.open(this.b, login.callback())));
	}

	@Test
	void recordOfTheNextReleaseDoesNotNeedItsCookie() {
		VictimLogin login = begin();
		this.cluster.records.rewrite(inVersion(2, login));
		assertCompletes(login);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 3, 4, 127, 255 })
	void recordOfAnyOtherReleaseBeginsAnew(int version) {
		VictimLogin login = begin();
		this.cluster.records.rewrite(inVersion(version, login));
		Browser.Page page = attack(() -> this.browser.open(this.b, login.callback()));
		assertThat(this.b.takeEvents()).extracting(LoginEvent::outcome, LoginEvent::path, LoginEvent::registrationId)
			.containsExactly(tuple(LoginOutcome.UNREADABLE, LoginPath.SHARED, "idp"));
		assertBeginsAnew(this.browser, page);
	}

	/**
	 * On an instance that no other test has made write so many lines that it leaves some
	 * out.
	 */
	@Test
	void recordOfAnotherReleaseIsToldOnce() {
		try (Instance fresh = this.cluster.start(List.of())) {
			VictimLogin login = begin();
			this.cluster.records.rewrite(inVersion(3, login));
			try (LogRecorder log = LogRecorder.atTrace("io.github.oauth2state")) {
				this.browser.open(fresh, login.callback());
				assertThat(log.lines()).singleElement()
					.asString()
					.startsWith("Login unreadable: registration idp, path shared, instance ");
			}
		}
	}

	private static UnaryOperator<byte[]> inVersion(int version, VictimLogin login) {
		String state = login.state();
		String cookie = login.cookie();
		return (record) -> OtherFormats.record(version, "scenario", state, cookie, record);
	}

	@ParameterizedTest
	@ValueSource(strings = { "4", "9", "0", "~", "a" })
	void cookieOfAnyOtherReleaseIsThatOfAnotherBrowser(String version) {
		VictimLogin login = begin();
		String cookie = login.cookie();
		login.setCookie(version + cookie.substring(1));
		Browser.Page page = attackWithoutStoreCall(() -> this.browser.open(this.b, login.callback()));
		assertThat(page.location()).isEqualTo(APP + "/login?error");
		assertThat(outcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
		login.setCookie(cookie);
		assertCompletes(login);
	}

	@Test
	void clientThatAReleaseTooNewAskedForIsAskedForAnew() {
		assertCompletes(begin());
		VictimLogin client = new VictimLogin(this.browser, this.browser.begin(this.b, "/oauth2/authorization/api"));
		this.cluster.records.rewrite(inVersion(3, client));
		Browser.Page page = attack(() -> this.browser.open(this.b, client.callback()));
		assertThat(outcomes()).containsExactly(LoginOutcome.UNREADABLE);
		this.browser.follow(this.b, page.location());
		this.b.awaitClient();
	}

}
