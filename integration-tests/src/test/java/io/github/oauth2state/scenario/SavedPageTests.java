package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Instances that save the page that a user asked for before the login, while sessions are
 * in the memory of each.
 */
abstract class SavedPageTests {

	static final String PAGE = "/page?from=mail&x=%20%3D";

	final Browser browser = Browser.overHttps();

	private final List<Instance> instances = new ArrayList<>();

	/**
	 * Returns the stack of the app.
	 */
	abstract Stack stack();

	@BeforeEach
	void forget() {
		Cluster.shared(stack()).forget();
	}

	@AfterEach
	void stop() {
		this.instances.forEach(Instance::close);
	}

	Instance start(KeptIn keptIn, Class<?>... configurations) {
		return start(keptIn, List.of(), configurations);
	}

	/**
	 * Starts an instance that is closed after the test.
	 */
	Instance start(KeptIn keptIn, List<String> properties, Class<?>... configurations) {
		Instance instance = keptIn.start(stack(), properties, configurations);
		this.instances.add(instance);
		return instance;
	}

}
