package io.github.oauth2state.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One instance of an app in a process of its own, which can be told to end as operators
 * and platforms do it.
 */
public final class AppProcess implements Reachable, AutoCloseable {

	private static final String PORT = "Listening on ";

	private final Process process;

	private final int port;

	private AppProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Runs until it is told to end.
	 * @param args properties
	 */
	public static void main(String[] args) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Instance.Configuration.class)
			.web(WebApplicationType.SERVLET)
			.run(args);
		System.out.println(PORT + context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * Starts a process, and waits until it serves.
	 */
	static AppProcess start(IdentityProvider idp, List<String> properties, Class<?>... configurations) {
		List<String> all = new ArrayList<>(properties);
		all.add("spring.main.sources="
				+ String.join(",", List.of(configurations).stream().map(Class::getName).toList()));
		List<String> command = new ArrayList<>(
				List.of(ProcessHandle.current().info().command().orElseThrow(), "-Xmx192m", "-XX:TieredStopAtLevel=1",
						"-cp", System.getProperty("java.class.path"), AppProcess.class.getName()));
		command.addAll(List.of(Instance.arguments(idp, null, all)));
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			return new AppProcess(process, awaitPort(process));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static int awaitPort(Process process) throws IOException {
		BufferedReader output = process.inputReader();
		List<String> lines = new ArrayList<>();
		String line;
		while ((line = output.readLine()) != null) {
			lines.add(line);
			if (line.startsWith(PORT)) {
				drain(output);
				return Integer.parseInt(line.substring(PORT.length()));
			}
		}
		throw new IllegalStateException("The app did not start: " + String.join("\n", lines));
	}

	private static void drain(BufferedReader output) {
		Thread thread = new Thread(() -> output.lines().forEach(System.out::println), "app-process-output");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public int port() {
		return this.port;
	}

	/**
	 * Sends SIGTERM, and waits for the end.
	 * @return the exit code
	 */
	int terminate() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(60, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The app goes on");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		return this.process.exitValue();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
