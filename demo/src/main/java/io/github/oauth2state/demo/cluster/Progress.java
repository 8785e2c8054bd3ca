package io.github.oauth2state.demo.cluster;

import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Shows that something is going on while a process starts.
 */
final class Progress {

	private final PrintStream out;

	private final Instant start = Instant.now();

	private long dots;

	Progress(PrintStream out, String name) {
		this.out = out;
		out.printf("  %-20s ", name);
		out.flush();
	}

	/**
	 * Called often; draws a dot each second.
	 */
	void tick() {
		if (elapsed().toSeconds() > this.dots) {
			this.dots++;
			this.out.print('.');
			this.out.flush();
		}
	}

	void done(URI where, long pid) {
		this.out.printf(Locale.ROOT, "%s ready after %.1f s: %s (pid %d)%n", ".".repeat((this.dots == 0) ? 1 : 0),
				elapsed().toMillis() / 1000.0, where, pid);
	}

	void failed() {
		this.out.println(" failed");
	}

	private Duration elapsed() {
		return Duration.between(this.start, Instant.now());
	}

}
