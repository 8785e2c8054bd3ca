package io.github.oauth2state.scenario;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link RefreshingProcess}, as a test sees it: by HTTP, and by signals.
 */
final class RefreshingInstance implements AutoCloseable {

	private static final HttpClient HTTP = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.executor(threads())
		.build();

	private final JavaProcess process;

	private final int port;

	private RefreshingInstance(JavaProcess process) {
		this.process = process;
		this.port = Integer.parseInt(process.awaitLine(RefreshingProcess.PORT));
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
		return start(Stack.SERVLET, count, properties);
	}

	static List<RefreshingInstance> start(Stack stack, int count, List<String> properties) {
		List<String> all = new ArrayList<>(properties);
		all.add("server.port=0");
		all.add("spring.main.web-application-type=" + stack.type());
		all.add(Instance.NEW_CONNECTIONS);
		List<String> arguments = List.of(Instance.lastOfEach(all));
		List<JavaProcess> processes = Stream
			.generate(() -> JavaProcess.start(RefreshingProcess.class, "256m", arguments))
			.limit(count)
			.toList();
		return processes.stream().map(RefreshingInstance::new).toList();
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

	void kill() {
		this.process.kill();
	}

	void pause() {
		this.process.pause();
	}

	void resume() {
		this.process.resume();
	}

	@Override
	public void close() {
		this.process.close();
	}

}
