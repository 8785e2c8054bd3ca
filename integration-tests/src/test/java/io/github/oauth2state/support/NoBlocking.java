package io.github.oauth2state.support;

import reactor.blockhound.BlockHound;

/**
 * Makes a thread fail that blocks although it must not: those of Netty's event loops, and
 * Reactor's parallel ones. This holds for the rest of the JVM's life.
 */
public final class NoBlocking {

	private NoBlocking() {
	}

	/**
	 * Starts to watch the threads, unless that has been done.
	 */
	public static void install() {
		Watch.start();
	}

	/**
	 * Installs the agent once, as a class is initialized once.
	 */
	private static final class Watch {

		static {
			BlockHound.install();
		}

		static void start() {
			// The initializer has done so
		}

	}

}
