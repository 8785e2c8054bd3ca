package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One instance of an app in a process of its own, which can be told to end as operators
 * and platforms do it.
 */
public final class AppProcess implements Reachable, AutoCloseable {

	private static final String PORT = "Listening on ";

	private final JavaProcess process;

	private final int port;

	private AppProcess(JavaProcess process) {
		this.process = process;
		this.port = Integer.parseInt(process.awaitLine(PORT));
	}

	/**
	 * Runs until it is told to end.
	 * @param args properties
	 */
	public static void main(String[] args) {
		ConfigurableApplicationContext context = SpringApplication.run(Instance.Configuration.class, args);
		System.out.println(PORT + context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * Starts processes, which all serve when this returns.
	 */
	static List<AppProcess> start(Stack stack, int count, IdentityProvider idp, List<String> properties,
			Class<?>... configurations) {
		List<String> all = new ArrayList<>(properties);
		all.add("spring.main.web-application-type=" + stack);
		all.add("spring.main.sources="
				+ String.join(",", List.of(configurations).stream().map(Class::getName).toList()));
		List<String> arguments = List.of(Instance.arguments(idp, null, all));
		List<JavaProcess> processes = Stream.generate(() -> JavaProcess.start(AppProcess.class, "192m", arguments))
			.limit(count)
			.toList();
		return processes.stream().map(AppProcess::new).toList();
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
		return this.process.terminate();
	}

	@Override
	public void close() {
		this.process.close();
	}

}
