package io.github.oauth2state.logout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;

/**
 * What the instances of a set-up asked of their servers, as the servers saw it.
 */
final class StoreCommands {

	/**
	 * Does not match what a script calls.
	 */
	private static final Pattern MONITORED = Pattern.compile("\\+\\S+ \\[\\d+ (?!lua)\\S+] \"(?<command>[^\"]+)\".*");

	private static final Set<String> OF_CONNECTIONS = Set.of("hello", "client", "ping", "info", "echo", "subscribe",
			"psubscribe", "config");

	private final Map<String, Integer> calls = new TreeMap<>();

	private StoreCommands() {
	}

	/**
	 * Counts commands.
	 * @param setUp whose instances to look at; no others may be busy
	 * @param work what to count
	 */
	static StoreCommands during(SetUp setUp, Runnable work) {
		StoreCommands commands = new StoreCommands();
		Runnable settled = () -> {
			work.run();
			settle();
		};
		settle();
		Runnable counted = settled;
		if (setUp.usesPostgres()) {
			counted = () -> commands.addStatements(TestPostgres.instance().callsDuring(setUp.database(), settled));
		}
		if (setUp.usesRedis()) {
			commands.monitor(counted);
		}
		else {
			counted.run();
		}
		return commands;
	}

	/**
	 * Sessions are saved once more after the answer.
	 */
	private static void settle() {
		try {
			Thread.sleep(500);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Returns the number of commands.
	 */
	int total() {
		return this.calls.values().stream().mapToInt(Integer::intValue).sum();
	}

	/**
	 * Returns the number of commands that have one of these names.
	 */
	int totalOf(String... names) {
		return Stream.of(names).mapToInt((name) -> this.calls.getOrDefault(name, 0)).sum();
	}

	/**
	 * Returns the number of commands whose text contains one of these.
	 */
	int total(String... parts) {
		return this.calls.entrySet()
			.stream()
			.filter((call) -> List.of(parts).stream().anyMatch(call.getKey()::contains))
			.mapToInt(Map.Entry::getValue)
			.sum();
	}

	private void addStatements(Map<String, Integer> statements) {
		statements.forEach((statement, count) -> {
			String text = statement.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
			if (text.matches("(select|insert|update|delete|with).*") && !text.contains("pg_")) {
				this.calls.merge(text, count, Integer::sum);
			}
		});
	}

	private void monitor(Runnable work) {
		TestRedis redis = TestRedis.instance();
		String end = UUID.randomUUID().toString();
		try (Socket socket = new Socket(redis.host(), redis.port());
				BufferedReader reader = new BufferedReader(
						new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
			socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
			reader.readLine();
			work.run();
			redis.commands().echo(end);
			List<String> lines = new ArrayList<>();
			for (String line = reader.readLine(); !line.contains(end); line = reader.readLine()) {
				lines.add(line);
			}
			lines.forEach(this::addCommand);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void addCommand(String line) {
		Matcher matcher = MONITORED.matcher(line);
		if (matcher.matches()) {
			String command = matcher.group("command").toLowerCase(Locale.ROOT);
			if (!OF_CONNECTIONS.contains(command)) {
				this.calls.merge(command, 1, Integer::sum);
			}
		}
	}

	@Override
	public String toString() {
		return this.calls.toString();
	}

}
