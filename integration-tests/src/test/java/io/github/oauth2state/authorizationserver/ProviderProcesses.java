package io.github.oauth2state.authorizationserver;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.oauth2state.scenario.JavaProcess;

/**
 * Instances of a provider in processes of their own.
 */
final class ProviderProcesses implements AutoCloseable {

	private final List<String> properties;

	private final List<JavaProcess> serving = new ArrayList<>();

	private final List<JavaProcess> spares = new ArrayList<>();

	private final List<Integer> ports = new ArrayList<>();

	/**
	 * Starts processes.
	 * @param count how many serve, which they do when this returns
	 * @param spares how many start meanwhile, to serve in the place of killed ones
	 */
	ProviderProcesses(int count, int spares, List<String> properties) {
		this.properties = new ArrayList<>(properties);
		this.properties.add("spring.datasource.hikari.maximum-pool-size=8");
		// Many requests at once on a busy machine, which are to find out who is first
		this.properties.add("oauth2-state.timeout=30s");
		Stream.generate(this::start).limit(count).forEach(this.serving::add);
		this.serving.forEach((process) -> this.ports.add(port(process)));
		Stream.generate(this::start).limit(spares).forEach(this.spares::add);
	}

	private JavaProcess start() {
		return ProviderApp.startProcess(this.properties);
	}

	private static int port(JavaProcess process) {
		return Integer.parseInt(process.awaitLine(ProviderApp.PORT_LINE));
	}

	int port(int number) {
		return this.ports.get(number % this.ports.size());
	}

	void kill(int number) {
		this.serving.get(number).kill();
	}

	/**
	 * Lets a spare one serve in the place of a killed one.
	 */
	void replace(int number) {
		JavaProcess spare = this.spares.remove(0);
		this.serving.set(number, spare);
		this.ports.set(number, port(spare));
		this.spares.add(start());
	}

	@Override
	public void close() {
		this.serving.forEach(JavaProcess::close);
		this.spares.forEach(JavaProcess::close);
	}

}
