package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A servlet app and a reactive one of the same namespace, between which a balancer sends
 * browsers back and forth.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(names = { "COOKIE", "REDIS", "POSTGRESQL" })
@Timeout(120)
class MixedStacksTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final int BROWSERS = Scale.of(30);

	private static List<String> properties;

	private static Instance servlet;

	private static Instance reactive;

	private final KeptIn keptIn;

	private final IdentityProvider idp = Cluster.shared().idp;

	private final Browser browser = Browser.overHttps();

	MixedStacksTests(KeptIn keptIn) {
		this.keptIn = keptIn;
	}

	@BeforeParameterizedClassInvocation
	static void start(KeptIn keptIn) {
		properties = new ArrayList<>(keptIn.properties());
		servlet = start(Stack.SERVLET);
		reactive = start(Stack.REACTIVE);
	}

	private static Instance start(Stack stack, String... more) {
		List<String> all = new ArrayList<>(properties);
		all.addAll(List.of(more));
		return Instance.start(stack, Cluster.shared().idp, null, all);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		servlet.close();
		reactive.close();
	}

	@BeforeEach
	void forget() {
		servlet.takeEvents();
		reactive.takeEvents();
		servlet.forgetClients();
		reactive.forgetClients();
		this.idp.takeTokenCalls();
	}

	@ParameterizedTest
	@EnumSource
	void loginBegunOnOneStackFinishesOnTheOther(Stack begins) {
		Instance begun = instance(begins);
		Instance calledBack = other(begins);
		Browser.Page page = this.browser.open(calledBack, this.browser.begin(begun, BEGIN));
		assertThat(page.status()).isEqualTo(302);
		assertThat(this.browser.isSignedIn(calledBack)).isTrue();
		assertThat(calledBack.takeEvents()).singleElement().satisfies((event) -> {
			assertThat(event.outcome()).isEqualTo(LoginOutcome.COMPLETED);
			assertThat(event.path()).isEqualTo(path());
			assertThat(event.sinceBegin()).isNotNull();
		});
		assertThat(this.idp.takeTokenCalls()).isOne();
	}

	@Test
	void bindingCookiesHaveTheSameAttributes() {
		assertThat(attributes(servlet)).isEqualTo(attributes(reactive)).hasSize(1);
	}

	private static List<String> attributes(Instance instance) {
		return Browser.overHttps()
			.open(instance, BEGIN)
			.setCookies()
			.stream()
			.map((cookie) -> Stream.of(cookie.replaceFirst("oauth2-state-[^=]*=[^;]*", "").split("; *"))
				.filter((attribute) -> !attribute.startsWith("Expires"))
				.map((attribute) -> attribute.replaceFirst("(?i)httponly", "HttpOnly"))
				.sorted()
				.collect(Collectors.joining("; ")))
			.toList();
	}

	@Test
	void tabsOfBothStacksFinishOnEither() {
		List<String> callbacks = new ArrayList<>();
		for (Instance instance : List.of(servlet, reactive, servlet, reactive)) {
			callbacks.add(this.browser.begin(instance, BEGIN));
		}
		this.browser.open(reactive, callbacks.get(3));
		this.browser.open(servlet, callbacks.get(1));
		this.browser.open(reactive, callbacks.get(0));
		this.browser.open(servlet, callbacks.get(2));
		assertThat(servlet.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED, LoginOutcome.COMPLETED);
		assertThat(reactive.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED, LoginOutcome.COMPLETED);
	}

	@ParameterizedTest
	@EnumSource
	void callbackThatOneStackHasTakenIsUsedForTheOther(Stack takes) {
		String callback = this.browser.begin(servlet, BEGIN);
		this.browser.open(instance(takes), callback);
		Browser.Page replay = this.browser.open(other(takes), callback);
		assertThat(other(takes).takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertThat(replay.location()).isEqualTo("https://app.example" + BEGIN);
		assertThat(this.idp.takeTokenCalls()).isOne();
		assertThat(this.browser.follow(other(takes), BEGIN).body()).isEqualTo("page of alice");
	}

	@ParameterizedTest
	@EnumSource
	void callbackOfAnotherBrowserIsForeignOnTheOtherStack(Stack begins) {
		String callback = this.browser.begin(instance(begins), BEGIN);
		Browser.Page page = Browser.overHttps().open(other(begins), callback);
		assertThat(page.location()).isEqualTo("https://app.example/login?error");
		assertThat(other(begins).takeOutcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
		this.browser.open(other(begins), callback);
		assertThat(this.browser.isSignedIn(other(begins))).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void clientThatTheUserAskedForOnOneStackIsAuthorizedOnTheOther(Stack begins) {
		this.browser.follow(servlet, BEGIN);
		this.browser.follow(reactive, BEGIN);
		String callback = this.browser.begin(instance(begins), "/oauth2/authorization/api");
		assertThat(this.browser.open(other(begins), callback).status()).isEqualTo(302);
		assertThat(other(begins).takeOutcomes()).contains(LoginOutcome.COMPLETED);
		other(begins).awaitClient();
		assertThat(this.browser.open(other(begins), "/client").body()).isEqualTo("client of alice");
	}

	@Test
	void browserStaysOnThePathThatTheRolloutChoseForIt() {
		String percentage = "oauth2-state.rollout.percentage=50";
		try (Instance ofServlet = start(Stack.SERVLET, percentage);
				Instance ofReactive = start(Stack.REACTIVE, percentage)) {
			Map<Boolean, Long> browsers = Stream.generate(Browser::overHttps).limit(BROWSERS).map((user) -> {
				boolean servletFirst = user.hashCode() % 2 == 0;
				boolean first = isShared(user, servletFirst ? ofServlet : ofReactive);
				assertThat(isShared(user, servletFirst ? ofReactive : ofServlet)).isEqualTo(first);
				return first;
			}).collect(Collectors.partitioningBy((shared) -> shared, Collectors.counting()));
			assertThat(browsers).allSatisfy((shared, count) -> assertThat(count).isPositive());
		}
	}

	/**
	 * Whether a login that begins now leaves a binding cookie.
	 */
	private static boolean isShared(Browser browser, Instance instance) {
		browser.cookies().keySet().removeIf((name) -> !name.contains("-rollout-"));
		assertThat(browser.open(instance, BEGIN).location()).contains("/oauth2/authorize?");
		return browser.cookies()
			.keySet()
			.stream()
			.anyMatch((name) -> name.contains("oauth2-state-") && !name.contains("-rollout-"));
	}

	private LoginPath path() {
		return (this.keptIn == KeptIn.COOKIE) ? LoginPath.COOKIE : LoginPath.SHARED;
	}

	private static Instance instance(Stack stack) {
		return (stack == Stack.SERVLET) ? servlet : reactive;
	}

	private static Instance other(Stack stack) {
		return (stack == Stack.SERVLET) ? reactive : servlet;
	}

}
