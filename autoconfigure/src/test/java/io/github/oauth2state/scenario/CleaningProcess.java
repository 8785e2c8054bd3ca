package io.github.oauth2state.scenario;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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

	private CleaningProcess() {
	}

	/**
	 * Runs until the process that started it ends, or ends it.
	 * @param args properties
	 * @throws IOException if it cannot wait for that
	 */
	public static void main(String[] args) throws IOException {
		new SpringApplicationBuilder(App.class).web(WebApplicationType.NONE).run(args);
		while (System.in.read() >= 0) {
			// Nobody writes
		}
		System.exit(0);
	}

	static Process start(File log, List<String> properties) {
		List<String> command = new ArrayList<>(
				List.of(ProcessHandle.current().info().command().orElseThrow(), "-Xmx96m", "-XX:TieredStopAtLevel=1",
						"-cp", System.getProperty("java.class.path"), CleaningProcess.class.getName()));
		properties.forEach((property) -> command.add("--" + property));
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(log))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
			JdbcStateStoreAutoConfiguration.class })
	static class App {

	}

}
