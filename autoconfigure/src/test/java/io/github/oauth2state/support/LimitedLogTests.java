package io.github.oauth2state.support;

import java.util.function.LongSupplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LimitedLog}.
 */
@ExtendWith(OutputCaptureExtension.class)
class LimitedLogTests {

	private static final String LINE = "a line of a flood";

	private final MutableTicker ticker = new MutableTicker();

	private final LimitedLog log = new LimitedLog(LimitedLogTests.class, this.ticker);

	@Test
	void floodIsCutAndCounted(CapturedOutput output) {
		write(LimitedLog.LINES + 1000);
		assertThat(output.getOut().split(LINE, -1)).hasSize(LimitedLog.LINES + 1);
		this.ticker.nanos += LimitedLog.PERIOD.toNanos();
		write(1);
		assertThat(output.getOut()).contains("1000 more lines in 10 seconds were left out");
		assertThat(output.getOut().split(LINE, -1)).hasSize(LimitedLog.LINES + 2);
	}

	@Test
	void whatIsNoFloodIsWritten(CapturedOutput output) {
		for (int i = 0; i < 5; i++) {
			write(LimitedLog.LINES);
			this.ticker.nanos += LimitedLog.PERIOD.toNanos();
		}
		assertThat(output.getOut().split(LINE, -1)).hasSize(5 * LimitedLog.LINES + 1);
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
