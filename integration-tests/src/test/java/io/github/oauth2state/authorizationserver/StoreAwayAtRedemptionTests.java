package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;
import io.github.oauth2state.backends.TestPostgres;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A store, or the database of the authorizations, that fails when a code is used.
 */
@Tag("full")
class StoreAwayAtRedemptionTests {

	private static final RedisProcess redis = RedisProcess.server();

	private static final TcpProxy proxy = new TcpProxy(redis.host(), redis.port());

	private static final String database = ProviderStore.newDatabase();

	private static ConfigurableApplicationContext instance;

	private static int port;

	@BeforeAll
	static void start() {
		List<String> properties = new ArrayList<>(ProviderStore.ofDatabase(database));
		properties.addAll(List.of("oauth2-state.store=redis", "oauth2-state.timeout=500ms",
				"spring.data.redis.host=" + proxy.host(), "spring.data.redis.port=" + proxy.port()));
		instance = ProviderApp.start(properties);
		port = ProviderApp.port(instance);
	}

	@AfterAll
	static void stop() {
		instance.close();
		proxy.close();
		redis.close();
	}

	static Stream<Arguments> kindsAndModes() {
		return Arrays.stream(OneUse.values())
			.flatMap((kind) -> Stream
				.of(Mode.REFUSE, Mode.HOLD_REQUESTS, Mode.SWALLOW_REPLIES, Mode.CUT_INSTEAD_OF_REPLY)
				.map((mode) -> Arguments.of(kind, mode)));
	}

	/**
	 * The store may have got the claim, or get it when it is back.
	 */
	@ParameterizedTest
	@MethodSource("kindsAndModes")
	void useIsRefusedForNowAndSucceedsLater(OneUse kind, Mode mode) {
		IntFunction<HttpResponse<String>> use = kind.prepare(port);
		proxy.set(mode);
		HttpResponse<String> refused;
		try {
			refused = use.apply(port);
		}
		finally {
			proxy.set(Mode.FORWARD);
		}
		assertThat(refused).matches((answer) -> !OneUse.isSuccess(answer));
		assertThat(refused).matches(StoreAwayAtRedemptionTests::isForNow);
		HttpResponse<String> later = useWhenTheStoreIsBack(use);
		assertThat(later).as(later.body()).matches(OneUse::isSuccess);
	}

	private static boolean isForNow(HttpResponse<String> answer) {
		return (answer.body() + answer.headers().firstValue("Location").orElse("")).contains("temporarily_unavailable");
	}

	/**
	 * Tries again as the error tells clients to: connections come back after a while, and
	 * claims are taken back.
	 */
	private static HttpResponse<String> useWhenTheStoreIsBack(IntFunction<HttpResponse<String>> use) {
		return Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> use.apply(port), OneUse::isSuccess);
	}

	@ParameterizedTest
	@EnumSource(names = { "AUTHORIZATION_CODE", "REFRESH_TOKEN", "DEVICE_CODE", "CONSENT" })
	void codeIsGoodAfterTheDatabaseOfTheAuthorizationsFailed(OneUse kind) {
		IntFunction<HttpResponse<String>> use = kind.prepare(port);
		TestPostgres.instance()
			.execute(database, "ALTER TABLE oauth2_authorization ADD CONSTRAINT away CHECK (false) NOT VALID");
		HttpResponse<String> failed;
		try {
			failed = use.apply(port);
		}
		finally {
			TestPostgres.instance().execute(database, "ALTER TABLE oauth2_authorization DROP CONSTRAINT away");
		}
		assertThat(failed.statusCode()).isGreaterThanOrEqualTo(400);
		assertThat(use.apply(port)).matches(OneUse::isSuccess);
	}

	@Test
	void codesAreIssuedWithoutTheStore() {
		proxy.set(Mode.REFUSE);
		String code;
		try {
			code = new ProviderClient("plain").authorize(port);
		}
		finally {
			proxy.set(Mode.FORWARD);
		}
		assertThat(useWhenTheStoreIsBack((at) -> new ProviderClient("plain").redeem(at, code)))
			.matches(OneUse::isSuccess);
	}

}
