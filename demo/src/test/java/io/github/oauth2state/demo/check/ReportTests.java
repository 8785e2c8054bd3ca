package io.github.oauth2state.demo.check;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReportTests {

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final Report report = new Report(new PrintStream(this.out, true, StandardCharsets.UTF_8));

	@Test
	void sumsStandOnTheLastLine() throws Exception {
		this.report.begin("first");
		this.report.attempt(() -> {
		});
		this.report.begin("second");
		this.report.attempt(() -> Expect.equal("tea", "coffee", "the drink"));
		this.report.attempt(() -> {
		});
		this.report.print();
		assertThat(printed()).endsWith("%n2 passed, 1 failed%n".formatted())
			.containsPattern("first +1 +0\\R")
			.containsPattern("second +1 +1\\R")
			.contains("expected that the drink is tea, but got: coffee");
		assertThat(this.report.isClean()).isFalse();
	}

	@Test
	void isCleanWithoutFailures() throws Exception {
		this.report.begin("only");
		this.report.attempt(() -> {
		});
		assertThat(this.report.isClean()).isTrue();
	}

	private String printed() {
		return this.out.toString(StandardCharsets.UTF_8);
	}

}
