package io.github.oauth2state.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link RefreshingProcess}, as a test sees it: by HTTP, and by signals.
 */
final class RefreshingInstance implements AutoCloseable {

	private static final HttpClient HTTP = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.executor(threads())
		.build();

	private final Process process;

	private final Path log;

	private final int port;

	private RefreshingInstance(Process process, Path log, int port) {
		this.process = process;
		this.log = log;
		this.port = port;
	}

	private static Executor threads() {
		return Executors.newFixedThreadPool(16, (work) -> {
			Thread thread = new Thread(work);
			thread.setDaemon(true);
			return thread;
		});
	}

	/**
	 * Starts instances, which all answer when this returns.
	 */
	static List<RefreshingInstance> start(int count, List<String> properties) {
		List<RefreshingInstance> instances = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			instances.add(launch(properties));
		}
		instances.forEach(RefreshingInstance::awaitReady);
		return instances;
	}

	private static RefreshingInstance launch(List<String> properties) {
		int port = Ports.free();
		List<String> command = new ArrayList<>(
				List.of(ProcessHandle.current().info().command().orElseThrow(), "-Xmx256m", "-XX:TieredStopAtLevel=1",
						"-cp", System.getProperty("java.class.path"), RefreshingProcess.class.getName()));
		command.addAll(List.of(Instance.lastOfEach(properties)));
		command.add("--server.port=" + port);
		try {
			Path log = Files.createTempFile("refreshing", ".log");
			log.toFile().deleteOnExit();
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
			return new RefreshingInstance(process, log, port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void awaitReady() {
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.failFast("The process ended", () -> assertThat(this.process.isAlive()).as(log()).isTrue())
			.ignoreExceptions()
			.until(() -> get("/kept?user=nobody").join().statusCode() < 500);
	}

	/**
	 * Asks for a token of a user.
	 */
	CompletableFuture<HttpResponse<String>> token(String user) {
		return get("/token?user=" + user);
	}

	CompletableFuture<HttpResponse<String>> machineToken(String user) {
		return get("/token?registration=machine&user=" + user);
	}

	/**
	 * Returns the refresh token that is kept for a user, or {@code none}.
	 */
	String kept(String user) {
		return get("/kept?user=" + user).join().body();
	}

	void keepExpired(String user, String refreshToken) {
		assertThat(post("/keep?user=" + user + "&refreshToken=" + refreshToken).join().statusCode()).isEqualTo(200);
	}

	void holdSaves() {
		post("/before-save/shut").join();
	}

	void releaseSaves() {
		post("/before-save/open").join();
	}

	private CompletableFuture<HttpResponse<String>> get(String path) {
		return HTTP.sendAsync(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
	}

	private CompletableFuture<HttpResponse<String>> post(String path) {
		return HTTP.sendAsync(request(path).POST(HttpRequest.BodyPublishers.noBody()).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path))
			.timeout(Duration.ofMinutes(1));
	}

	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Ends the process as the kernel does when memory runs out.
	 */
	void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/**
	 * Stops the process from doing anything, as a long garbage collection does.
	 */
	void pause() {
		signal("STOP");
	}

	void resume() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().onExit().join();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		kill();
	}

}
