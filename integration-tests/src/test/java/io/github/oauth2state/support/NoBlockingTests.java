package io.github.oauth2state.support;

import java.util.UUID;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * Tests that {@link NoBlocking} notices threads that block, as otherwise tests that rely
 * on it would prove nothing.
 */
@Timeout(60)
class NoBlockingTests {

	@BeforeAll
	static void install() {
		NoBlocking.install();
	}

	@Test
	void sleepOnAParallelThreadIsNoticed() {
		StepVerifier.create(sleep().subscribeOn(Schedulers.parallel())).verifyError(BlockingOperationError.class);
	}

	@Test
	void sleepOnAnEventLoopIsNoticed() {
		EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		Scheduler scheduler = Schedulers.fromExecutorService(loop);
		StepVerifier.create(sleep().subscribeOn(scheduler)).verifyError(BlockingOperationError.class);
		scheduler.dispose();
		loop.shutdownGracefully().syncUninterruptibly();
	}

	@Test
	void randomBytesAreAllowed() {
		StepVerifier.create(Mono.fromCallable(UUID::randomUUID).subscribeOn(Schedulers.parallel()))
			.expectNextCount(1)
			.verifyComplete();
	}

	@Test
	void sleepElsewhereIsNotNoticed() {
		StepVerifier.create(sleep().subscribeOn(Schedulers.boundedElastic())).verifyComplete();
	}

	private static Mono<Void> sleep() {
		return Mono.fromRunnable(() -> {
			try {
				Thread.sleep(1);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

}
