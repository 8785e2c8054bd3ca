package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Many requests of one user find the same token due, on all instances at once. The
 * provider takes each refresh token once, and revokes everything if one comes twice.
 */
final class RefreshStorm implements Scenario {

	private static final int REQUESTS = 50;

	/** How long before its expiry Spring Security takes a token for due. */
	private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

	private final Cluster cluster;

	private final TokenCalls tokenCalls;

	RefreshStorm(Cluster cluster) {
		this.cluster = cluster;
		this.tokenCalls = new TokenCalls(cluster);
	}

	@Override
	public String title() {
		return REQUESTS + " requests on all instances when the token is due: one refresh";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		report.attempt(this::refreshTogether);
	}

	private void refreshTogether() throws Exception {
		Visitor visitor = new Visitor(this.cluster.uri(), "alice");
		visitor.askForMe();
		Page end = visitor.follow(visitor.open(visitor.authenticate(visitor.begin())));
		Expect.that("/me".equals(end.uri().getPath()), "the login leads to /me", end);
		TokenInfo old = awaitDue(visitor);
		int refreshesBefore = this.tokenCalls.refreshes();

		List<TokenInfo> storm = askTogether(visitor);
		Expect.equal(refreshesBefore + 1, this.tokenCalls.refreshes(), "the number of refreshes");
		Expect.equal(Map.of("refreshed", 1L, "shared", REQUESTS - 1L),
				storm.stream().collect(Collectors.groupingBy(TokenInfo::obtained, Collectors.counting())),
				"how the requests got their token");
		Set<String> tokens = storm.stream().map(TokenInfo::access).collect(Collectors.toSet());
		Expect.that(tokens.size() == 1 && !tokens.contains(old.access()), "all have the same new token", tokens);

		for (Instance instance : this.cluster.instances()) {
			TokenInfo next = ask(visitor, instance.uri());
			Expect.equal("cached", next.obtained(), "how the next request got its token");
			Expect.equal(tokens, Set.of(next.access()), "the token of the next request");
		}
		visitor.signedIn();
	}

	/**
	 * Waits until the token may be refreshed; what is asked before is answered without.
	 */
	private TokenInfo awaitDue(Visitor visitor) throws IOException, InterruptedException {
		TokenInfo info = ask(visitor, this.cluster.uri());
		for (Instance instance : this.cluster.instances()) {
			info = ask(visitor, instance.uri());
		}
		// There is nothing to wait for but the time itself.
		Duration left = Duration.between(Instant.now(), info.expiresAt().minus(CLOCK_SKEW)).plusMillis(500);
		Thread.sleep(Math.max(0, left.toMillis()));
		return info;
	}

	private List<TokenInfo> askTogether(Visitor visitor) throws Exception {
		List<URI> doors = new ArrayList<>(List.of(this.cluster.uri()));
		this.cluster.instances().forEach((instance) -> doors.add(instance.uri()));
		List<CompletableFuture<Page>> requests = IntStream.range(0, REQUESTS)
			.mapToObj((i) -> visitor.browser().getLater(doors.get(i % doors.size()).resolve(TokenInfo.PATH)))
			.toList();
		List<Page> answers = new ArrayList<>();
		for (CompletableFuture<Page> request : requests) {
			answers.add(request.get());
		}
		return TokenInfo.of(answers);
	}

	private static TokenInfo ask(Visitor visitor, URI door) throws IOException, InterruptedException {
		return TokenInfo.of(visitor.open(door.resolve(TokenInfo.PATH)));
	}

}
