package io.github.oauth2state.demo.page;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.ClusterOptions;
import io.github.oauth2state.demo.cluster.Instance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page on two instances behind the demo's proxy, in Chromium. Needs the jar of the
 * sample app, and Chromium with its driver: {@code mvn verify -Dbrowser=chromium}.
 */
@Tag("browser")
class SamplePageTests {

	private static final int NARROW = 360;

	private static final int WIDE = 1280;

	private static final int MAX_LOGINS = 10;

	private static final int MAX_POLLS = 300;

	private static final long POLL_MILLIS = 200;

	/**
	 * Texts whose contrast with what is behind them is below what WCAG 2.2, 1.4.3 asks
	 * for. Those of the picture stand on the fill of the shape of their group.
	 */
	private static final String TOO_FAINT = """
			const parse = (color) => color.match(/[\\d.]+/g).map(Number);
			const luminance = (color) => color.slice(0, 3).map((part) => part / 255)
				.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
				.reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
			const behind = (element) => {
				const shape = element.closest('g')?.querySelector('rect, path');
				if (shape) { return parse(getComputedStyle(shape).fill); }
				for (let e = element; e; e = e.parentElement) {
					const color = parse(getComputedStyle(e).backgroundColor);
					if (color.length === 3 || color[3] === 1) { return color; }
				}
				return [255, 255, 255];
			};
			return [...document.querySelectorAll('body *')]
				.filter((e) => e.getClientRects().length && !['title', 'desc', 'script'].includes(e.tagName))
				.filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
				.filter((e) => {
					const style = getComputedStyle(e);
					const a = luminance(parse(e.closest('svg') ? style.fill : style.color));
					const b = luminance(behind(e));
					return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
				})
				.map((e) => e.textContent.trim());
			""";

	private static final String HEADER_LINES = """
			const header = document.querySelector('header');
			return Math.floor(header.clientHeight / header.querySelector('button').offsetHeight);
			""";

	private static final String CARDS_END = """
			const right = (selector) => document.querySelector(selector).getBoundingClientRect().right;
			return Math.abs(right('.card:last-child') - right('.cards')) < 2;
			""";

	private static final Predicate<String> ENDED = Pattern.compile("[1-9]\\d* sessions? ended").asMatchPredicate();

	private static final HttpClient http = HttpClient.newHttpClient();

	private static Cluster cluster;

	@BeforeAll
	static void start() throws IOException, InterruptedException {
		Properties properties = new Properties();
		properties.setProperty("demo.sample-app", "../sample-app/target/sample-app.jar");
		properties.setProperty("demo.logs", "target/page-logs");
		properties.setProperty("demo.port", "8180");
		cluster = new Cluster(ClusterOptions.from(properties), new PrintStream(System.out));
		cluster.start();
		awaitBothInstances();
	}

	/**
	 * The proxy leaves out for a while what did not answer it at the start.
	 */
	private static void awaitBothInstances() throws IOException, InterruptedException {
		Set<String> last = new HashSet<>();
		for (int i = 0; i < MAX_POLLS && last.size() < 2; i++) {
			last = new HashSet<>(Arrays.asList(servedBy(), servedBy()));
			last.remove("");
			Thread.sleep(POLL_MILLIS);
		}
		assertThat(last).as("instances that the proxy uses").containsExactlyInAnyOrder("one", "two");
	}

	private static String servedBy() throws IOException, InterruptedException {
		return get(cluster.uri()).headers().firstValue("X-Instance").orElse("");
	}

	@AfterAll
	static void end() {
		cluster.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { NARROW, WIDE })
	void personLogsInAndSeesAJourneyAcrossInstances(int width) throws Exception {
		try (Chromium browser = new Chromium(width, true)) {
			browser.open(cluster.uri());
			assertThat(browser.find("header strong").getText()).isIn("one", "two");
			assertLooks(browser, "before-" + width);
			logInAcrossInstances(browser);
			assertThat(browser.path()).isEqualTo("/");
			assertThat(browser.texts("svg .name")).containsExactlyInAnyOrder("one", "two", "Demo provider", "jdbc");
			assertThat(browser.find("svg").getAriaRole()).isEqualTo("image");
			assertThat(browser.find("svg").getAccessibleName()).startsWith("Login begun on ");
			browser.find(".card:nth-child(2)");
			assertThat(browser.texts(".card h3")).containsExactly("one", "two");
			assertThat(browser.texts(".card [data-meter=circuit]")).containsOnly("closed");
			assertThat(browser.run(HEADER_LINES)).as("lines of the header").isEqualTo((width == WIDE) ? 1L : 2L);
			assertThat(browser.run(CARDS_END)).as("cards end where their section does").isEqualTo(true);
			assertLooks(browser, "after-" + width);
			browser.assertNoComplaints();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { NARROW, WIDE })
	void manyCallsOnAllInstancesMakeOneRefresh(int width) throws Exception {
		try (Chromium browser = new Chromium(width, true)) {
			logIn(browser);
			browser.awaitText("#due", "due now");
			int before = refreshes();
			browser.find("#storm button").click();
			browser.awaitText("#sum", "The provider saw 1 refresh.");
			assertThat(refreshes()).isEqualTo(before + 1);
			assertThat(calls(browser)).isEqualTo(20);
			assertThat(browser.texts("tbody th")).containsExactly("one", "two");
			assertThat(browser.find("#due").getText()).startsWith("due in ");
			assertThat(browser.find("#answers").getAttribute("aria-live")).isEqualTo("polite");
			assertLooks(browser, "calls-" + width);
			browser.assertNoComplaints();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { NARROW, WIDE })
	void withoutScriptsItIsTheSame(int width) throws Exception {
		try (Chromium browser = new Chromium(width, false)) {
			logIn(browser);
			assertThat(browser.find("svg").isDisplayed()).isTrue();
			assertThat(browser.find("#follow").isDisplayed()).isFalse();
			while (!browser.find("#due").getText().equals("due now")) {
				Thread.sleep(500);
				browser.reload();
			}
			int before = refreshes();
			browser.find("#storm button").click();
			browser.awaitText("#sum", "The provider saw 1 refresh.");
			assertThat(browser.path()).isEqualTo("/token-calls");
			assertThat(refreshes()).isEqualTo(before + 1);
			assertThat(calls(browser)).isEqualTo(20);
			assertThat(browser.texts("tbody th")).containsExactly("one", "two");
			browser.find("header form button").click();
			browser.awaitText("h1", "Begin a login");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { NARROW, WIDE })
	void logoutEverywhereEndsTheSessionOfTheOtherBrowserToo(int width) throws Exception {
		// One of the browsers also without scripts
		try (Chromium browser = new Chromium(width, width == WIDE); Chromium other = new Chromium(width, true)) {
			logIn(other);
			// The page asks for meters, which the API refuses once the session has ended
			other.find("#follow input").click();
			logIn(browser);
			browser.find("header form button[name=everywhere]").click();
			browser.awaitText("h1", "You are logged out");
			assertThat(browser.path()).isEqualTo("/logouts");
			for (int i = 0; i < MAX_LOGINS && !browser.texts("[data-meter=outcome]").stream().anyMatch(ENDED); i++) {
				browser.reload();
			}
			// Other tests of this class leave sessions of the same user
			assertThat(browser.texts("[data-meter=outcome]")).anyMatch(ENDED);
			other.reload();
			other.awaitText("h1", "Begin a login");
			other.open(cluster.uri().resolve("/logouts"));
			other.find(".card:nth-child(2)");
			assertThat(other.texts(".card h3")).containsExactly("one", "two");
			assertLooks(other, "logouts-" + width);
			browser.find("main .button").click();
			browser.awaitText("h1", "Begin a login");
			browser.find("main .button").click();
			browser.find("input[name=username]");
			other.assertNoComplaints();
		}
	}

	@Test
	void keyboardIsEnough() {
		try (Chromium browser = new Chromium(WIDE, true)) {
			browser.open(cluster.uri());
			browser.tabTo("Log in with");
			assertThat(browser.run("return getComputedStyle(document.activeElement).outlineStyle")).isEqualTo("solid");
			browser.type(Keys.ENTER);
			browser.find("input[name=username]");
			browser.type("alice", Keys.TAB, "password", Keys.ENTER);
			browser.awaitText("h1", "Signed in as alice");
			browser.tabTo("Make 20 calls");
			browser.type(Keys.ENTER);
			browser.awaitText("#sum", "The provider saw ");
			assertThat(calls(browser)).isEqualTo(20);
			browser.tabTo("this login as JSON");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { NARROW, WIDE })
	void errorPageTellsWhatToDoAndTheReference(int width) throws Exception {
		try (Chromium browser = new Chromium(width, true)) {
			browser.open(cluster.uri().resolve("/login/oauth2/code/demo?code=1&state=planted"));
			assertThat(browser.find("h1").getText()).isEqualTo("This login cannot be finished here");
			assertThat(browser.find("#reference").getText()).matches("[0-9a-f]{12}");
			assertLooks(browser, "error-" + width);
			browser.find("main .button").click();
			browser.awaitText("h1", "Begin a login");
		}
	}

	@Test
	void pictureOfTheReadmeIsThatOfThePage() throws Exception {
		try (Chromium browser = new Chromium(WIDE, true)) {
			logInAcrossInstances(browser);
			String style = Files.readString(Path.of("../sample-shared/src/main/resources/static/css/journey.css"));
			String picture = String.valueOf(browser.run("return document.querySelector('svg').outerHTML"))
				.replaceFirst("(<svg[^>]*>)", "$1\n<style>\n" + style.replace("\\", "\\\\") + "</style>") + "\n";
			Files.createDirectories(Chromium.PICTURES);
			Files.writeString(Chromium.PICTURES.resolve("journey.svg"), picture);
			String published = Files.readString(Path.of("../docs/images/journey.svg"));
			assertThat(withoutTexts(published)).as("copy target/screenshots/journey.svg to docs/images")
				.isEqualTo(withoutTexts(picture));
		}
	}

	/**
	 * Leaves the shapes and styles: each login has times of its own.
	 */
	private static String withoutTexts(String svg) {
		return svg.replaceAll("(<(text|title|desc)[^>]*>)[^<]*", "$1");
	}

	private static void assertLooks(Chromium browser, String name) throws IOException {
		browser.assertFits();
		for (String scheme : List.of("dark", "light")) {
			browser.colors(scheme);
			assertThat((List<?>) browser.run(TOO_FAINT)).as("too faint when " + scheme).isEmpty();
			browser.picture(name + "-" + scheme);
		}
		assertThat(browser.run("return getComputedStyle(document.body).backgroundColor"))
			.isEqualTo("rgb(244, 246, 249)");
		browser.colors("dark");
		assertThat(browser.run("return getComputedStyle(document.body).backgroundColor")).isEqualTo("rgb(18, 21, 27)");
	}

	/**
	 * The proxy takes instances in turns, so it depends on what else the browser asks for
	 * which one comes next.
	 */
	private static void logInAcrossInstances(Chromium browser) {
		for (int i = 0; i < MAX_LOGINS; i++) {
			logIn(browser);
			if (!browser.texts(".across").isEmpty()) {
				return;
			}
			browser.find("header form button").click();
			browser.awaitText("h1", "Begin a login");
		}
		throw new AssertionError("Every login was finished where it began");
	}

	private static void logIn(Chromium browser) {
		browser.open(cluster.uri());
		browser.find("main .button").click();
		browser.find(".quiet, input[name=username]");
		if (!browser.texts("input[name=username]").isEmpty()) {
			browser.find("input[name=username]").sendKeys("alice");
			browser.find("input[name=password]").sendKeys("password", Keys.ENTER);
		}
		browser.awaitText("h1", "Signed in as alice");
	}

	private static int calls(Chromium browser) {
		return browser.texts("tbody td").stream().mapToInt(Integer::parseInt).sum();
	}

	private static int refreshes() throws IOException, InterruptedException {
		int sum = 0;
		for (Instance provider : cluster.providers()) {
			sum += Integer.parseInt(get(provider.uri().resolve("/refresh-calls")).body());
		}
		return sum;
	}

	private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
		return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
	}

}
