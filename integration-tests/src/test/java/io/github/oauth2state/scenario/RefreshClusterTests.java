package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Three instances in processes of their own refresh the tokens of the same users, at a
 * provider that takes each refresh token once and revokes everything when one comes
 * again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RefreshClusterTests {

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final AtomicInteger names = new AtomicInteger();

	/**
	 * The first refresh token of each user.
	 */
	final Map<String, String> refreshTokens = new ConcurrentHashMap<>();

	private final String keys = Keys.random("k1");

	@Parameter(0)
	SharedStore store;

	@Parameter(1)
	Stack stack;

	IdentityProvider idp;

	StoredRecords records;

	List<RefreshingInstance> instances;

	@BeforeParameterizedClassInvocation
	void start(SharedStore store, Stack stack) {
		this.idp = IdentityProvider.start();
		this.records = store.newRecords();
		this.instances = RefreshingInstance.start(stack, 3, shared());
	}

	@AfterParameterizedClassInvocation
	void stop() {
		this.instances.forEach(RefreshingInstance::close);
		this.idp.close();
	}

	@BeforeEach
	@AfterEach
	void reset() {
		this.idp.tokenCalls().delay(Duration.ZERO);
		this.idp.tokenCalls().fail(0);
		this.idp.tokenCalls().takeRefused();
		this.idp.takeTokenCalls();
	}

	/**
	 * Tokens are kept where all instances find them, and leases are short.
	 */
	List<String> shared(String... more) {
		List<String> properties = properties("oauth2-state.refresh.lease=" + LEASE.toMillis() + "ms",
				"oauth2-state.tokens.store=" + ((this.store == SharedStore.REDIS) ? "redis" : "jdbc"),
				"oauth2-state.tokens.keys=" + this.keys);
		properties.addAll(List.of(more));
		return properties;
	}

	List<String> properties(String... more) {
		List<String> properties = new ArrayList<>(
				List.of("spring.application.name=refreshing", "spring.main.banner-mode=off",
						"spring.flyway.enabled=false", "spring.liquibase.enabled=false", "logging.level.root=warn",
						"server.tomcat.threads.max=100", "spring.datasource.hikari.maximum-pool-size=30"));
		for (String registration : List.of("api", "machine")) {
			String prefix = "spring.security.oauth2.client.registration." + registration;
			properties.addAll(List.of(prefix + ".provider=idp", prefix + ".client-id=app",
					prefix + ".client-secret=secret", prefix + ".scope=read"));
		}
		String registration = "spring.security.oauth2.client.registration.";
		properties.add(registration + "api.authorization-grant-type=authorization_code");
		properties.add(registration + "api.redirect-uri={baseUrl}/authorized/api");
		properties.add(registration + "machine.authorization-grant-type=client_credentials");
		properties.add("spring.security.oauth2.client.provider.idp.authorization-uri=" + this.idp.issuer() + "/none");
		properties.add("spring.security.oauth2.client.provider.idp.token-uri=" + this.idp.issuer() + "/oauth2/token");
		properties.addAll(this.records.properties());
		properties.addAll(List.of(more));
		return properties;
	}

	/**
	 * Grants a user a refresh token, which all instances keep beside an expired access
	 * token.
	 */
	String newUserEverywhere() {
		return newUser(this.instances.toArray(RefreshingInstance[]::new));
	}

	String newUser(RefreshingInstance... where) {
		String user = "user-" + names.incrementAndGet();
		String refreshToken = this.idp.grant(user);
		this.refreshTokens.put(user, refreshToken);
		Arrays.asList(where).forEach((instance) -> instance.keepExpired(user, refreshToken));
		return user;
	}

	void awaitCall(String user) {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> calls(user) == 1);
	}

	/**
	 * Returns how often the provider was called with the user's first refresh token.
	 */
	int calls(String user) {
		return this.idp.tokenCalls().count(this.refreshTokens.get(user));
	}

	static void pause(Duration duration) {
		try {
			Thread.sleep(duration.toMillis());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
