package io.github.oauth2state.scenario;

import java.io.IOException;
import java.util.List;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;

/**
 * A process that does nothing but what every instance does beside logins: remove expired
 * records.
 */
public final class CleaningProcess {

	/**
	 * What it writes when it has begun.
	 */
	static final String READY = "Cleaning";

	private CleaningProcess() {
	}

	/**
	 * Runs until the process that started it ends, or ends it.
	 * @param args properties
	 * @throws IOException if it cannot wait for that
	 */
	public static void main(String[] args) throws IOException {
		new SpringApplicationBuilder(App.class).web(WebApplicationType.NONE).run(args);
		System.out.println(READY);
		JavaProcess.endWithParent();
	}

	/**
	 * Starts a process, and does not wait for it.
	 */
	static JavaProcess start(List<String> properties) {
		return JavaProcess.start(CleaningProcess.class, "96m",
				properties.stream().map((property) -> "--" + property).toList());
	}

	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
			JdbcStateStoreAutoConfiguration.class })
	static class App {

	}

}
