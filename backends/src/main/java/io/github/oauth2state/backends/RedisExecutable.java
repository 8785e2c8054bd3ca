package io.github.oauth2state.backends;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;

import redis.embedded.core.ExecutableProvider;
import redis.embedded.util.IO;

/**
 * The server that tests start as a process: the one that the system property
 * {@code redis.server} names, such as {@code /usr/bin/valkey-server}, or the Redis 6.2 of
 * a Maven artifact.
 */
final class RedisExecutable {

	static final File FILE = choose(System.getProperty("redis.server", ""));

	private RedisExecutable() {
	}

	private static File choose(String named) {
		if (named.isEmpty()) {
			return unpack();
		}
		File file = new File(named);
		if (!file.isAbsolute() || !file.canExecute()) {
			throw new IllegalArgumentException(
					"The system property redis.server is '" + named + "'. Use the absolute path of an executable.");
		}
		return file;
	}

	private static File unpack() {
		try {
			return ExecutableProvider.newJarResourceProvider(IO.newTempDirForBinary()).get();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
