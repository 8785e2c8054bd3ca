package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether users get to the page that they asked for, when another instance finishes the
 * login than the one that saved the page, and sessions are in the memory of each.
 */
class SavedRequestTests extends SavedPageTests {

	@Override
	Stack stack() {
		return Stack.SERVLET;
	}

	@ParameterizedTest
	@EnumSource(names = { "STORE", "COOKIE" })
	void pageIsFoundByTheInstanceThatFinishesTheLogin(KeptIn keptIn) {
		Instance saves = start(keptIn, OneProvider.class);
		Instance begins = start(keptIn, OneProvider.class);
		Instance finishes = start(keptIn, OneProvider.class);
		Cluster.shared(stack()).store.takeOperations();
		String callback = this.browser.begin(begins, this.browser.open(saves, PAGE).location());
		assertThat(saves.takeSessionsCreated() + begins.takeSessionsCreated()).isZero();
		String target = this.browser.open(finishes, callback).location();
		assertThat(target).isEqualTo("https://app.example" + stack().savedPage(PAGE));
		assertThat(Cluster.shared(stack()).store.takeOperations())
			.isEqualTo((keptIn == KeptIn.STORE) ? List.of("put", "take") : List.of());
		assertThat(this.browser.open(finishes, target).body()).isEqualTo("page of alice");
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("saved"));
	}

	@Test
	void eachTabGetsToItsOwnPage() {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		String one = this.browser.begin(instance, this.browser.open(instance, "/page?1").location());
		String two = this.browser.begin(instance, this.browser.open(instance, "/page?2").location());
		assertThat(this.browser.open(instance, one).location()).contains("/page?1");
		this.browser.cookies().remove(stack().sessionCookie());
		assertThat(this.browser.open(instance, two).location()).contains("/page?2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "",
			"/page\r\nSet-Cookie: a=b" })
	@Tag("full")
	void plantedCookieLeadsNowhereElse(String page) {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		this.browser.open(instance, PAGE);
		String name = this.browser.cookies()
			.keySet()
			.stream()
			.filter((cookie) -> cookie.contains("saved"))
			.findFirst()
			.orElseThrow();
		this.browser.cookies()
			.put(name, Base64.getUrlEncoder().withoutPadding().encodeToString(page.getBytes(StandardCharsets.UTF_8)));
		String callback = this.browser.begin(instance, "/oauth2/authorization/idp");
		assertThat(this.browser.open(instance, callback).location()).isEqualTo("https://app.example/");
	}

	@Test
	@Tag("full")
	void plantedCookieDoesNotLeadToAnotherAppOfTheHost() {
		Instance instance = start(KeptIn.STORE,
				List.of("server.servlet.context-path=/shop", "spring.webflux.base-path=/shop"), OneProvider.class);
		this.browser.open(instance, "/shop/page");
		this.browser.cookies()
			.replaceAll((name,
					value) -> name.contains("saved") ? Base64.getUrlEncoder()
						.withoutPadding()
						.encodeToString("/bank/pay?amount=5".getBytes(StandardCharsets.UTF_8)) : value);
		String callback = this.browser.begin(instance, "/shop/oauth2/authorization/idp");
		assertThat(this.browser.open(instance, callback).location()).isEqualTo("https://app.example/shop/");
	}

	@Test
	@Tag("full")
	void requestOfAScriptDoesNotReplaceThePage() {
		Instance instance = start(KeptIn.STORE, OneProvider.class);
		String begin = this.browser.open(instance, PAGE).location();
		this.browser.accept(this.browser.copy()
			.header("Sec-Fetch-Mode", "cors")
			.header("Sec-Fetch-Dest", "empty")
			.send(instance, "/page?script", null));
		this.browser.cookies().remove(stack().sessionCookie());
		assertThat(this.browser.open(instance, this.browser.begin(instance, begin)).location()).contains(PAGE);
	}

	@Test
	@Tag("full")
	void pageThatAsksForAnAuthorizedClientIsFoundAfterIt() {
		try (Instance saves = KeptIn.STORE.start(stack(), List.of());
				Instance finishes = KeptIn.STORE.start(stack(), List.of())) {
			Browser.Page page = this.browser.open(saves, "/oauth2/authorization/idp");
			assertThat(page.location()).isNotNull();
			String callback = this.browser.send(saves, page.location(), null).location();
			this.browser.open(finishes, callback);
			String authorize = this.browser.open(finishes, "/client").location();
			String back = this.browser.send(finishes, authorize, null).location();
			String target = this.browser.open(finishes, back).location();
			assertThat(target).contains("/client");
			assertThat(this.browser.open(finishes, target).body()).isEqualTo("client of alice");
		}
	}

}
