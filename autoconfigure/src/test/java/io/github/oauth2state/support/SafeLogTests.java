package io.github.oauth2state.support;

import java.util.function.LongSupplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SafeLog}.
 */
@ExtendWith(OutputCaptureExtension.class)
class SafeLogTests {

	private static final String LINE = "a line of a flood";

	private final MutableTicker ticker = new MutableTicker();

	private final SafeLog log = new SafeLog(SafeLogTests.class, this.ticker);

	@Test
	void floodIsCutAndCounted(CapturedOutput output) {
		write(SafeLog.LINES + 1000);
		assertThat(output.getOut().split(LINE, -1)).hasSize(SafeLog.LINES + 1);
		this.ticker.nanos += SafeLog.PERIOD.toNanos();
		write(1);
		assertThat(output.getOut()).contains("1000 more lines in 10 seconds were left out");
		assertThat(output.getOut().split(LINE, -1)).hasSize(SafeLog.LINES + 2);
	}

	@Test
	void whatIsNoFloodIsWritten(CapturedOutput output) {
		for (int i = 0; i < 5; i++) {
			write(SafeLog.LINES);
			this.ticker.nanos += SafeLog.PERIOD.toNanos();
		}
		assertThat(output.getOut().split(LINE, -1)).hasSize(5 * SafeLog.LINES + 1);
		assertThat(output.getOut()).doesNotContain("left out");
	}

	private void write(int lines) {
		for (int i = 0; i < lines; i++) {
			this.log.write((logger) -> logger.warn(LINE));
		}
	}

	private static final class MutableTicker implements LongSupplier {

		private long nanos = Long.MAX_VALUE - 5;

		@Override
		public long getAsLong() {
			return this.nanos;
		}

	}

}
