package io.github.oauth2state.backends;

import org.testcontainers.DockerClientFactory;

/**
 * Chooses where the real servers of the tests come from: the system property
 * {@code backends} is {@code docker}, {@code embedded}, or {@code auto} for Docker where
 * it answers.
 */
final class TestBackends {

	private static final boolean DOCKER = choose(System.getProperty("backends", "auto"));

	private TestBackends() {
	}

	static boolean docker() {
		return DOCKER;
	}

	static <T> T started(String what, T server) {
		System.out.println("Tests run against " + what + " (" + (DOCKER ? "Docker" : "embedded") + ")");
		return server;
	}

	/**
	 * Docker without a registry, from which images could come, is of no use.
	 */
	private static boolean answersDocker() {
		try {
			return DockerClientFactory.instance().isDockerAvailable();
		}
		catch (RuntimeException ex) {
			System.out.println("Docker answers, but cannot be used: " + ex.getMessage());
			return false;
		}
	}

	private static boolean choose(String backends) {
		return switch (backends) {
			case "docker" -> true;
			case "embedded" -> false;
			case "auto" -> answersDocker();
			default -> throw new IllegalArgumentException(
					"The system property backends is '" + backends + "'. Use docker, embedded or auto.");
		};
	}

}
