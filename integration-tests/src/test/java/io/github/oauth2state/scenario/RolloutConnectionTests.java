package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which connections to a real Redis the percentage and logins use, as the server tells.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(120)
@Tag("full")
class RolloutConnectionTests {

	private static final Pattern CLIENT = Pattern.compile("id=(\\d+) .* cmd=(\\w+)");

	private static final Set<String> OF_LOGINS = Set.of("set", "getdel");

	private static final Duration A_FEW_POLLS = Duration.ofSeconds(7);

	private final RealCluster cluster;

	RolloutConnectionTests(Stack stack) {
		this.cluster = SharedStore.REDIS.cluster(stack);
	}

	@AfterEach
	void forget() {
		this.cluster.forget();
	}

	@Test
	void percentageIsNotReadOnTheConnectionOfLogins() {
		try (RedisClient client = RedisClient.create(TestRedis.instance().url());
				StatefulRedisConnection<String, String> connection = client.connect()) {
			Map<String, Set<String>> others = new HashMap<>();
			note(connection.sync().clientList(), others);
			Map<String, Set<String>> commands = new HashMap<>();
			try (Instance instance = this.cluster.start(List.of("oauth2-state.rollout.at-runtime=true"))) {
				logInForAWhile(instance, connection.sync(), commands);
			}
			commands.keySet().removeAll(others.keySet());
			assertThat(commands.values()).filteredOn((seen) -> seen.stream().anyMatch(OF_LOGINS::contains))
				.hasSize(1)
				.allMatch(OF_LOGINS::containsAll);
			assertThat(commands.values()).filteredOn((seen) -> seen.stream().anyMatch(RolloutConnectionTests::reads))
				.hasSize(1);
		}
	}

	private static void logInForAWhile(Instance instance, RedisCommands<String, String> redis,
			Map<String, Set<String>> commands) {
		long end = System.nanoTime() + A_FEW_POLLS.toNanos();
		while (System.nanoTime() < end) {
			Browser browser = Browser.overHttps();
			note(redis.clientList(), commands);
			String callback = browser.begin(instance, "/oauth2/authorization/idp");
			note(redis.clientList(), commands);
			browser.open(instance, callback);
			note(redis.clientList(), commands);
		}
	}

	private static boolean reads(String command) {
		return Set.of("get", "getrange", "eval", "strlen").contains(command);
	}

	/**
	 * Notes the last command of each connection.
	 */
	private static void note(String clients, Map<String, Set<String>> commands) {
		for (MatchResult client : CLIENT.matcher(clients).results().toList()) {
			if (OF_LOGINS.contains(client.group(2)) || reads(client.group(2))) {
				commands.computeIfAbsent(client.group(1), (id) -> new HashSet<>()).add(client.group(2));
			}
		}
	}

}
