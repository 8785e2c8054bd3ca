package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions in the same server as the store.
 */
@ExtendWith(OutputCaptureExtension.class)
@Tag("full")
class SessionsInStoreTests {

	private static final String WARNING = "Sessions are kept in the same place as pending logins";

	@Test
	void isWarnedAboutWhereSessionsAreToHelp(CapturedOutput output) {
		start(SharedStore.REDIS, SharedSessions.inRedis(), SharedSessions.InRedis.class, "session");
		assertThat(output).contains(WARNING + " (redis)", "oauth2-state.on-store-failure=cookie");
	}

	@Test
	void isWarnedAboutOnADatabaseToo(CapturedOutput output) {
		start(SharedStore.POSTGRESQL, List.of(), SharedSessions.InPostgres.class, "session");
		assertThat(output).contains(WARNING + " (jdbc)");
	}

	/**
	 * That is the set-up of the documentation.
	 */
	@Test
	void isNoWarningWhereNobodyChoseTheFallback(CapturedOutput output) {
		List<String> properties = new ArrayList<>(SharedSessions.inRedis());
		properties.add("spring.autoconfigure.exclude=");
		properties.add("logging.level.io.github.oauth2state=info");
		try (Instance instance = SharedStore.REDIS.cluster().start(properties, SharedSessions.InRedis.class)) {
			Browser browser = Browser.overHttps();
			browser.open(instance, browser.begin(instance, "/oauth2/authorization/idp"));
			assertThat(browser.isSignedIn(instance)).isTrue();
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains("INFO");
		assertThat(output.toString().lines().filter((line) -> line.contains("WARN") && line.contains("i.g.o")))
			.isEmpty();
	}

	@Test
	void isNoMatterElsewhere(CapturedOutput output) {
		start(SharedStore.REDIS, SharedSessions.inRedis(), SharedSessions.InRedis.class, "fail");
		start(SharedStore.REDIS, SharedSessions.inPostgres(), SharedSessions.InPostgres.class, "session");
		start(SharedStore.REDIS, List.of(), Object.class, "session");
		assertThat(output).doesNotContain(WARNING);
	}

	private static void start(SharedStore store, List<String> sessions, Class<?> configuration, String onStoreFailure) {
		List<String> properties = new ArrayList<>(sessions);
		properties.add("oauth2-state.on-store-failure=" + onStoreFailure);
		properties.add("spring.autoconfigure.exclude=");
		store.cluster().start(properties, configuration).close();
	}

}
