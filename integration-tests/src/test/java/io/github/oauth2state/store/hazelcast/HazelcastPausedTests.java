package io.github.oauth2state.store.hazelcast;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.scenario.JavaProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A member that stops for longer than the others wait, as in a long garbage collection,
 * and goes on with requests that came meanwhile.
 */
@Tag("full")
class HazelcastPausedTests {

	private static final int RECORDS = 60;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	/**
	 * Hazelcast notices a moment after the member goes on. Until then it takes what it
	 * owned, again.
	 */
	@Test
	void memberThatWakesUpTakesAgainOnlyWhatItOwnedAndOnlyUntilItNotices() throws Exception {
		try (HazelcastMembers cluster = new HazelcastMembers(3, 2, HazelcastMembers.documented());
				JavaProcess process = cluster.startProcess(2)) {
			cluster.awaitSize(3);
			StateStore store = cluster.store(0);
			URI uri = URI.create("http://127.0.0.1:" + process.awaitLine(HazelcastProcess.SERVES));
			assertThat(take(uri, HazelcastProcess.put(store, "before-", 1).get(0)).join())
				.isEqualTo(HazelcastProcess.TAKEN);
			List<String> atOnce = HazelcastProcess.put(store, "at-once-", RECORDS);
			List<String> later = HazelcastProcess.put(store, "later-", RECORDS);
			List<String> owned = atOnce.stream().filter((name) -> cluster.owns(2, HazelcastProcess.key(name))).toList();
			assertThat(owned).isNotEmpty().hasSizeLessThan(RECORDS);

			process.pause();
			cluster.awaitSize(2);
			cluster.awaitSafe();
			assertThat(Stream.of(atOnce, later).flatMap(List::stream).map((name) -> HazelcastProcess.take(store, name)))
				.containsOnly(HazelcastProcess.TAKEN);
			List<CompletableFuture<String>> requests = atOnce.stream().map((name) -> take(uri, name)).toList();
			process.resume();
			List<String> outcomes = requests.stream().map(CompletableFuture::join).toList();
			List<String> again = IntStream.range(0, RECORDS)
				.filter((i) -> outcomes.get(i).equals(HazelcastProcess.TAKEN))
				.mapToObj(atOnce::get)
				.toList();
			System.out.println("Of " + owned.size() + " records that it owned, a member that woke up took "
					+ again.size() + " again");
			assertThat(owned).containsAll(again);
			Thread.sleep(3000);
			assertThat(later.stream().map((name) -> take(uri, name)).toList().stream().map(CompletableFuture::join))
				.doesNotContain(HazelcastProcess.TAKEN);

			cluster.awaitSize(3);
			cluster.awaitSafe();
			assertThat(later).allMatch((name) -> store.find(HazelcastProcess.key(name)).isEmpty());
			String fresh = HazelcastProcess.put(store, "after-", 1).get(0);
			assertThat(take(uri, fresh).join()).isEqualTo(HazelcastProcess.TAKEN);
		}
	}

	private CompletableFuture<String> take(URI uri, String name) {
		HttpRequest request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(name)).build();
		return this.client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body);
	}

}
