package io.github.oauth2state.scenario;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store is gone when tokens are due: what happens is what was configured, after no
 * more than the configured time, and nobody's client is removed.
 */
@ParameterizedClass
@MethodSource("storesAndStacks")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("full")
class RefreshWithoutStoreTests {

	@Parameter(0)
	private Supplier<BreakableStore> kind;

	@Parameter(1)
	private Stack stack;

	private IdentityProvider idp;

	private BreakableStore store;

	private List<RefreshingInstance> instances;

	private RefreshingInstance careful;

	static Stream<Arguments> storesAndStacks() {
		Named<Supplier<BreakableStore>> killedRedis = Named.of("killed Redis", BreakableStore.KilledRedis::new);
		Named<Supplier<BreakableStore>> stallingRedis = Named.of("stalling Redis", BreakableStore.StallingRedis::new);
		Named<Supplier<BreakableStore>> stoppedPostgres = Named.of("stopped PostgreSQL",
				BreakableStore.StoppedPostgres::new);
		return Stream.of(Arguments.of(killedRedis, Stack.SERVLET), Arguments.of(killedRedis, Stack.REACTIVE),
				Arguments.of(stallingRedis, Stack.REACTIVE), Arguments.of(stoppedPostgres, Stack.SERVLET));
	}

	@BeforeParameterizedClassInvocation
	void start() {
		this.idp = IdentityProvider.start();
		this.store = this.kind.get();
		CompletableFuture<List<RefreshingInstance>> careful = CompletableFuture
			.supplyAsync(() -> RefreshingInstance.start(this.stack, 1, properties("fail")));
		this.instances = RefreshingInstance.start(this.stack, 2, properties("uncoordinated"));
		this.careful = careful.join().get(0);
	}

	@AfterParameterizedClassInvocation
	void stop() {
		this.instances.forEach(RefreshingInstance::close);
		this.careful.close();
		this.store.close();
		this.idp.close();
	}

	@Test
	void instanceRefreshesByItselfAndAgreesWithOthersLater() {
		String alone = newUser("alone", this.instances.get(0));
		this.store.takeAway();
		this.idp.takeTokenCalls();
		List<CompletableFuture<HttpResponse<String>>> answers = Stream
			.generate(() -> this.instances.get(0).token(alone))
			.limit(20)
			.toList();
		assertThat(answers.stream().map(CompletableFuture::join).map(HttpResponse::body).distinct()).hasSize(1);
		assertThat(this.idp.takeTokenCalls()).as("calls of one instance").isEqualTo(1);
		this.store.giveBack();
		Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			String together = newUser("together" + System.nanoTime(),
					this.instances.toArray(RefreshingInstance[]::new));
			String first = this.instances.get(0).token(together).join().body();
			assertThat(this.instances.get(1).token(together).join().body()).isEqualTo(first);
		});
	}

	@Test
	void requestFailsWhereTheAppSaysSoAndSucceedsLater() {
		String user = newUser("careful", this.careful);
		this.store.takeAway();
		this.idp.takeTokenCalls();
		HttpResponse<String> refused = this.careful.token(user).join();
		assertThat(refused.statusCode()).isEqualTo(502);
		assertThat(refused.body()).isEqualTo("temporarily_unavailable");
		assertThat(this.idp.takeTokenCalls()).isZero();
		assertThat(this.careful.kept(user)).isNotEqualTo("none");
		this.store.giveBack();
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.careful.token(user).join().statusCode() == 200);
	}

	private List<String> properties(String onStoreFailure) {
		String registration = "spring.security.oauth2.client.registration.api.";
		String provider = "spring.security.oauth2.client.provider.api.";
		List<String> properties = new ArrayList<>(List.of("spring.application.name=refreshing",
				"spring.main.banner-mode=off", "spring.flyway.enabled=false", "spring.liquibase.enabled=false",
				"logging.level.root=warn", registration + "client-id=app", registration + "client-secret=secret",
				registration + "scope=read", registration + "authorization-grant-type=authorization_code",
				registration + "redirect-uri={baseUrl}/authorized/api",
				provider + "authorization-uri=" + this.idp.issuer() + "/none",
				provider + "token-uri=" + this.idp.issuer() + "/oauth2/token", "oauth2-state.timeout=1s",
				"oauth2-state.refresh.on-store-failure=" + onStoreFailure));
		properties.addAll(this.store.properties());
		return properties;
	}

	private String newUser(String user, RefreshingInstance... where) {
		String refreshToken = this.idp.grant(user);
		for (RefreshingInstance instance : where) {
			instance.keepExpired(user, refreshToken);
		}
		return user;
	}

}
