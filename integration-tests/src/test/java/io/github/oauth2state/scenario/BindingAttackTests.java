package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Attacks on the binding of a login to the browser that began it, and on its being used
 * once.
 */
@Tag("full")
class BindingAttackTests extends AttackTests {

	private static final int OTHER_BROWSERS = Scale.of(200);

	BindingAttackTests(Deployment deployment) {
		super(deployment);
	}

	@Test
	void victimWhoOpensTheAttackersCallbackIsNotSignedInAsTheAttacker() {
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		Browser.Page page = attackWithoutStoreCall(() -> this.browser.open(this.b, attackers.callback()));
		assertThat(page.location()).isEqualTo(APP + "/login?error");
		assertThat(outcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
		assertThat(this.browser.signedInAs(this.b)).isEmpty();
	}

	@Test
	void victimWithALoginOfTheirOwnPendingIsNotSignedInAsTheAttacker() {
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		VictimLogin victims = begin();
		attackWithoutStoreCall(() -> this.browser.open(this.b, attackers.callback()));
		assertThat(this.browser.signedInAs(this.b)).isEmpty();
		assertCompletes(victims);
	}

	@Test
	void victimWhoIsSignedInStaysWhoTheyAre() {
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		assertCompletes(begin());
		attackWithoutStoreCall(() -> this.browser.open(this.b, attackers.callback()));
		assertThat(this.browser.signedInAs(this.b)).isEqualTo("alice");
	}

	@Test
	void attackersCodeInTheVictimsCallbackIsNotTheVictim() {
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		VictimLogin victims = begin();
		String mixed = attackers.callbackWithState(victims.encodedState());
		this.browser.open(this.b, mixed);
		assertThat(outcomes()).containsExactly(LoginOutcome.FAILED);
		assertThat(this.browser.signedInAs(this.b)).isEmpty();
	}

	@Test
	void browserWithoutTheCookieIsRefusedAndTheRightfulOneIsNot() {
		VictimLogin login = begin();
		String cookie = this.browser.cookies().remove(login.cookieName());
		attackWithoutStoreCall(() -> this.browser.open(this.b, login.callback()));
		login.setCookie(cookie);
		assertCompletes(login);
	}

	@Test
	void leakedCallbackIsOfNoUseToManyOtherBrowsers() {
		VictimLogin login = begin();
		int calls = this.cluster.records.callsDuring(() -> {
			for (int i = 0; i < OTHER_BROWSERS; i++) {
				Browser.Page page = attack(() -> Browser.overHttps().open(this.b, login.callback()));
				assertThat(page.location()).isEqualTo(APP + "/login?error");
				assertThat(outcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
			}
		});
		assertThat(calls).isZero();
		assertCompletes(login);
	}

	@Test
	void cookieOfAnotherPendingLoginDoesNotBind() {
		VictimLogin login = begin();
		VictimLogin attackers = VictimLogin.begin(Browser.overHttps().as("mallory"), this.a);
		Browser mallory = attackers.browser();
		mallory.cookies().put(login.cookieName(), attackers.cookie());
		attack(() -> mallory.open(this.b, login.callback()));
		assertThat(outcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertThat(mallory.signedInAs(this.b)).isEmpty();
		assertCompletes(login);
	}

	@Test
	void cookiesOfTwoTabsDoNotBindWhenSwapped() {
		VictimLogin first = begin();
		VictimLogin second = begin();
		Browser swapped = this.browser.copy();
		swapped.cookies().put(first.cookieName(), second.cookie());
		swapped.cookies().put(second.cookieName(), first.cookie());
		attack(() -> swapped.open(this.b, first.callback()));
		attack(() -> swapped.open(this.b, second.callback()));
		assertCompletes(first);
		assertCompletes(second);
	}

	@Test
	void usedMarkOfAnotherLoginDoesNotBurnOne() {
		VictimLogin used = begin();
		assertCompletes(used);
		VictimLogin login = VictimLogin.begin(Browser.overHttps(), this.a);
		Browser other = Browser.overHttps();
		other.cookies().put(login.cookieName(), used.cookie());
		attackWithoutStoreCall(() -> other.open(this.b, login.callback()));
		assertThat(outcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertCompletes(login);
	}

	@Test
	void usedMarkThatIsForgedIntoAPendingCookieBringsNothingBack() {
		VictimLogin login = begin();
		String pending = login.cookie();
		assertCompletes(login);
		login.setCookie(pending);
		this.browser.cookies().remove(this.stack.sessionCookie());
		assertBeginsAnew(this.browser, attack(() -> this.browser.open(this.b, login.callback())));
	}

	@Test
	void replayWhileSignedInLeadsOnToWhereTheUserWantedToGo() {
		this.browser.open(this.b, "/page?x=1");
		VictimLogin login = begin();
		assertCompletes(login);
		String session = this.browser.cookies().get(this.stack.sessionCookie());
		Browser.Page replay = attackWithoutStoreCall(() -> this.browser.open(this.b, login.callback()));
		assertThat(replay.location()).isEqualTo(APP + this.stack.savedPage("/page?x=1"));
		assertThat(outcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertThat(this.browser.cookies()).containsEntry(this.stack.sessionCookie(), session);
		assertThat(this.browser.signedInAs(this.b)).isEqualTo("alice");
	}

	@Test
	void replayAfterLogoutBeginsAnew() {
		VictimLogin login = begin();
		assertCompletes(login);
		logOut();
		Browser.Page replay = attackWithoutStoreCall(() -> this.browser.open(this.b, login.callback()));
		assertThat(this.browser.signedInAs(this.b)).isEmpty();
		assertBeginsAnew(this.browser, replay);
	}

	private void logOut() {
		this.browser.logOut(this.b);
		assertThat(this.browser.signedInAs(this.b)).isEmpty();
	}

	@Test
	void sixtyFourReplaysOverThreeInstancesAreOneTokenCall() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(64);
		try (Instance c = this.cluster.start(List.of())) {
			List<Instance> instances = List.of(this.a, this.b, c);
			VictimLogin login = begin();
			List<Callable<Browser.Page>> replays = new ArrayList<>();
			for (int i = 0; i < 64; i++) {
				Instance instance = instances.get(i % 3);
				replays.add(() -> login.browser().send(instance, login.callback(), null));
			}
			List<Browser.Page> answers = new ArrayList<>();
			for (Future<Browser.Page> answer : threads.invokeAll(replays)) {
				answers.add(answer.get());
			}
			assertThat(this.cluster.idp.takeTokenCalls()).isOne();
			assertThat(answers).extracting(Browser.Page::status).containsOnly(302);
			assertThat(answers).filteredOn((answer) -> answer.setsCookie(this.stack.sessionCookie())).hasSize(1);
		}
		finally {
			threads.shutdownNow();
		}
	}

}
