package io.github.oauth2state.scenario;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.oauth2state.backends.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Refreshes during which the instance that holds the lease is killed or paused, or the
 * provider fails.
 */
@ParameterizedClass
@MethodSource("eachStoreAndEachStack")
@Tag("full")
class RefreshFailuresAcrossInstancesTests extends RefreshClusterTests {

	/**
	 * Not each with each: stores are held to the same contract, and stacks to the same
	 * tests without failures.
	 */
	static Stream<Arguments> eachStoreAndEachStack() {
		return Stream.of(Arguments.of(SharedStore.REDIS, Stack.REACTIVE),
				Arguments.of(SharedStore.POSTGRESQL, Stack.SERVLET));
	}

	@Test
	void holderThatIsKilledBeforeItsCallCostsNobodyTheirTokens() {
		CountDownLatch end = new CountDownLatch(1);
		try (RefreshingInstance holder = startOne()) {
			String user = newUser(holder, this.instances.get(0));
			this.idp.tokenCalls().loseNext(end);
			CompletableFuture<?> lost = holder.token(user);
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.idp.tokenCalls().lost() == 1);
			CompletableFuture<HttpResponse<String>> waiter = this.instances.get(0).token(user);
			pause(Duration.ofMillis(500));
			assertThat(waiter).isNotDone();
			holder.kill();
			assertThat(lost).failsWithin(Duration.ofMinutes(1));
			assertThat(waiter.join().statusCode()).isEqualTo(200);
			assertThat(calls(user)).isEqualTo(1);
		}
		finally {
			end.countDown();
		}
	}

	/**
	 * The provider has replaced the refresh token, and nobody knows the new one.
	 */
	@Test
	void holderThatIsKilledInItsCallCostsALoginAndNothingHangs() {
		try (RefreshingInstance holder = startOne()) {
			String user = newUser(holder, this.instances.get(0));
			this.idp.tokenCalls().delay(Duration.ofSeconds(2));
			CompletableFuture<?> lost = holder.token(user);
			awaitCall(user);
			holder.kill();
			this.idp.tokenCalls().delay(Duration.ZERO);
			List<HttpResponse<String>> answers = Stream.generate(() -> this.instances.get(0).token(user))
				.limit(5)
				.toList()
				.stream()
				.map(CompletableFuture::join)
				.toList();
			assertThat(lost).failsWithin(Duration.ofMinutes(1));
			assertThat(answers).allSatisfy((answer) -> assertThat(answer.statusCode()).isIn(401, 302, 500, 502));
			assertThat(answers).anySatisfy((answer) -> assertThat(answer.body()).isEqualTo("invalid_grant"));
			assertThat(this.instances.get(0).kept(user)).isEqualTo("none");
		}
	}

	@Test
	void holderThatIsKilledBeforeItSavesHasLeftTheTokensToOthers() {
		try (RefreshingInstance holder = startOne()) {
			String user = newUser(holder, this.instances.get(0));
			holder.holdSaves();
			CompletableFuture<?> lost = holder.token(user);
			awaitCall(user);
			assertThat(this.instances.get(0).token(user).join().statusCode()).isEqualTo(200);
			holder.kill();
			assertThat(lost).failsWithin(Duration.ofMinutes(1));
			assertThat(calls(user)).isEqualTo(1);
			assertThat(this.instances.get(0).kept(user)).isNotEqualTo("none");
		}
	}

	@Test
	void holderThatIsPausedForHalfItsLeaseCostsNothing() {
		try (RefreshingInstance holder = RefreshingInstance
			.start(this.stack, 1, shared("oauth2-state.refresh.lease=8s"))
			.get(0)) {
			String user = newUser(holder, this.instances.get(0), this.instances.get(1));
			this.idp.tokenCalls().delay(Duration.ofSeconds(1));
			CompletableFuture<HttpResponse<String>> holders = holder.token(user);
			awaitCall(user);
			holder.pause();
			List<CompletableFuture<HttpResponse<String>>> waiters = Stream
				.of(this.instances.get(0).token(user), this.instances.get(1).token(user))
				.toList();
			pause(Duration.ofSeconds(4));
			holder.resume();
			assertThat(holders.join().statusCode()).isEqualTo(200);
			assertThat(waiters)
				.allSatisfy((waiter) -> assertThat(waiter.join().body()).isEqualTo(holders.join().body()));
			assertThat(calls(user)).isEqualTo(1);
		}
	}

	/**
	 * It has spent the refresh token, so the one that took over is refused; what the
	 * holder comes back with is good for all.
	 */
	@Test
	void holderThatIsPausedBeyondItsLeaseIsStillTheOneWithTokens() {
		RefreshingInstance holder = this.instances.get(2);
		String user = newUserEverywhere();
		try {
			this.idp.tokenCalls().delay(Duration.ofSeconds(1));
			CompletableFuture<HttpResponse<String>> holders = holder.token(user);
			awaitCall(user);
			holder.pause();
			this.idp.tokenCalls().delay(Duration.ZERO);
			HttpResponse<String> other = this.instances.get(0).token(user).join();
			assertThat(other.body()).isEqualTo("invalid_grant");
			holder.resume();
			assertThat(holders.join().statusCode()).isEqualTo(200);
			assertThat(this.instances.get(1).token(user).join().body()).isEqualTo(holders.join().body());
		}
		finally {
			holder.resume();
		}
	}

	/**
	 * What a paused instance comes back with is older than what is kept by then.
	 */
	@Test
	void holderThatIsPausedBeforeItSavesDoesNotOverwriteNewerTokens() {
		RefreshingInstance holder = this.instances.get(2);
		RefreshingInstance other = this.instances.get(0);
		String user = newUser(holder);
		holder.holdSaves();
		try {
			CompletableFuture<HttpResponse<String>> holders = holder.token(user);
			awaitCall(user);
			assertThat(other.token(user).join().statusCode()).isEqualTo(200);
			String second = other.kept(user);
			other.keepExpired(user, second);
			assertThat(other.token(user).join().statusCode()).isEqualTo(200);
			String third = other.kept(user);
			assertThat(third).isNotEqualTo(second);
			holder.releaseSaves();
			assertThat(holders.join().statusCode()).isEqualTo(200);
			assertThat(other.kept(user)).isEqualTo(third);
			assertThat(this.idp.tokenCalls().takeRefused()).isZero();
		}
		finally {
			holder.releaseSaves();
		}
	}

	@Test
	void failureOfTheProviderReachesAllAndRemovesNothing() {
		for (int status : new int[] { 500, 503, 429 }) {
			String user = newUserEverywhere();
			this.idp.tokenCalls().fail(status);
			this.idp.tokenCalls().delay(Duration.ofMillis(500));
			this.idp.takeTokenCalls();
			List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
			for (int i = 0; i < 30; i++) {
				answers.add(this.instances.get(i % 3).token(user));
			}
			assertThat(answers.stream().map(CompletableFuture::join))
				.allSatisfy((answer) -> assertThat(answer.statusCode()).isEqualTo(502))
				.allSatisfy((answer) -> assertThat(answer.body()).isEqualTo("invalid_token_response"));
			assertThat(this.idp.takeTokenCalls()).as("calls of a provider that answers %d", status).isEqualTo(1);
			assertThat(this.instances).allSatisfy((instance) -> assertThat(instance.kept(user)).isNotEqualTo("none"));
			this.idp.tokenCalls().fail(0);
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> this.instances.get(0).token(user).join().statusCode() == 200);
		}
	}

	@Test
	void providerThatRefusesConnectionsReachesAllAndRemovesNothing() {
		try (TcpProxy network = proxyToProvider(); RefreshingInstance instance = startBehind(network)) {
			String user = newUser(instance);
			network.set(TcpProxy.Mode.REFUSE);
			List<CompletableFuture<HttpResponse<String>>> answers = Stream.generate(() -> instance.token(user))
				.limit(10)
				.toList();
			assertThat(answers).allSatisfy((answer) -> assertThat(answer.join().statusCode()).isEqualTo(502));
			assertThat(instance.kept(user)).isNotEqualTo("none");
		}
	}

	private RefreshingInstance startOne() {
		return RefreshingInstance.start(this.stack, 1, shared()).get(0);
	}

	private RefreshingInstance startBehind(TcpProxy network) {
		return RefreshingInstance
			.start(this.stack, 1,
					shared("spring.security.oauth2.client.provider.idp.token-uri=http://localhost:" + network.port()
							+ "/oauth2/token"))
			.get(0);
	}

	private TcpProxy proxyToProvider() {
		return new TcpProxy("localhost", Integer.parseInt(this.idp.issuer().replaceAll(".*:", "")));
	}

}
