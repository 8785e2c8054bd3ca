package io.github.oauth2state.demo.page;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A browser without a window.
 */
final class Chromium implements AutoCloseable {

	static final Path PICTURES = Path.of("target/screenshots");

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int MAX_TABS = 30;

	private final ChromeDriver driver;

	Chromium(int width, boolean scripts) {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(program("chromium", "chromium-browser", "google-chrome"));
		// No sandbox, as in containers tests are run by root; all pages are our own.
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
		if (!scripts) {
			options.setExperimentalOption("prefs", Map.of("profile.managed_default_content_settings.javascript", 2));
		}
		this.driver = new ChromeDriver(new ChromeDriverService.Builder().usingDriverExecutable(program("chromedriver"))
			.usingAnyFreePort()
			.build(), options);
		// Windows have a least width, what is in them has none.
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
	}

	private static File program(String... names) {
		return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
			.flatMap((folder) -> Stream.of(names).map((name) -> new File(folder, name)))
			.filter(File::canExecute)
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("There is no " + names[0]
					+ ": install chromium and chromium-driver, or leave out -Dbrowser=chromium"));
	}

	void colors(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	void open(Object uri) {
		this.driver.get(uri.toString());
	}

	String path() {
		return URI.create(this.driver.getCurrentUrl()).getPath();
	}

	/**
	 * Finds what is there, or will be in a while.
	 */
	WebElement find(String selector) {
		return await(() -> this.driver.findElement(By.cssSelector(selector)));
	}

	List<String> texts(String selector) {
		return this.driver.findElements(By.cssSelector(selector)).stream().map(WebElement::getText).toList();
	}

	/**
	 * Waits until an element reads so.
	 */
	void awaitText(String selector, String part) {
		await(() -> {
			String text = this.driver.findElement(By.cssSelector(selector)).getText();
			if (!text.contains(part)) {
				throw new NoSuchElementException(selector + " reads: " + text);
			}
			return text;
		});
	}

	void reload() {
		this.driver.navigate().refresh();
	}

	/**
	 * Tries again while it fails, for whatever reason: when the page changes between two
	 * commands, the driver reports it in several ways.
	 */
	private static <T> T await(Supplier<T> attempt) {
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (true) {
			try {
				return attempt.get();
			}
			catch (WebDriverException ex) {
				if (System.nanoTime() > end) {
					throw ex;
				}
				pause();
			}
		}
	}

	private static void pause() {
		try {
			Thread.sleep(100);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	Object run(String script) {
		return this.driver.executeScript(script);
	}

	/**
	 * Moves on with the tabulator key until what has the focus reads so.
	 */
	void tabTo(String text) {
		for (int i = 0; i < MAX_TABS; i++) {
			type(Keys.TAB);
			if (this.driver.switchTo().activeElement().getText().startsWith(text)) {
				return;
			}
		}
		throw new AssertionError("The keyboard does not reach: " + text);
	}

	void type(CharSequence... keys) {
		new Actions(this.driver).sendKeys(keys).perform();
	}

	void assertFits() {
		assertThat((Boolean) run("return document.documentElement.scrollWidth <= window.innerWidth"))
			.as("nothing is wider than the window")
			.isTrue();
	}

	/**
	 * Expects that nothing went wrong that only the browser tells: a policy that was
	 * violated, a file that is missing, a script that failed.
	 */
	void assertNoComplaints() {
		assertThat(this.driver.manage().logs().get(LogType.BROWSER).getAll()).extracting(LogEntry::getMessage)
			.isEmpty();
	}

	/**
	 * Keeps a picture of the whole page, for people to look at.
	 */
	void picture(String name) throws IOException {
		long height = (Long) run("return document.documentElement.scrollHeight");
		long width = (Long) run("return window.innerWidth");
		Map<String, Object> shot = this.driver.executeCdpCommand("Page.captureScreenshot",
				Map.of("format", "png", "captureBeyondViewport", true, "clip",
						Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1)));
		Files.createDirectories(PICTURES);
		Files.write(PICTURES.resolve(name + ".png"),
				OutputType.BYTES.convertFromBase64Png(String.valueOf(shot.get("data"))));
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
