package io.github.oauth2state.support;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.scheduler.Schedulers;

/**
 * Makes a thread fail that blocks although it must not: those of Netty's event loops, and
 * Reactor's parallel ones. This holds for the rest of the JVM's life.
 */
public final class NoBlocking {

	private static final Log logger = LogFactory.getLog(NoBlocking.class);

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
			// A thread that waits for work now would fail when it waits again, and take
			// the
			// work of its scheduler with it
			Schedulers.shutdownNow();
			// Random bytes come from a file of the system, which does not wait for them.
			// Spring Security draws some for each login. Netty's allocator has locks that
			// are held for an instant, and Lettuce has one for each connection. An error
			// out of that one would leave all other threads waiting for it. Spring Data
			// blocks when it opens the connection of Spring Session.
			BlockHound.builder()
				.loadIntegrations()
				.allowBlockingCallsInside("java.security.SecureRandom", "nextBytes")
				.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator", "allocate")
				.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator$Magazine", "free")
				.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup", "allocate")
				.allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "incrementWriters")
				.allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "lockWritersExclusive")
				.allowBlockingCallsInside("org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory",
						"getSharedReactiveConnection")
				.blockingMethodCallback((method) -> {
					BlockingOperationError error = new BlockingOperationError(method);
					logger.error("A thread blocks that must not", error);
					throw error;
				})
				.install();
		}

		static void start() {
			// The initializer has done so
		}

	}

}
