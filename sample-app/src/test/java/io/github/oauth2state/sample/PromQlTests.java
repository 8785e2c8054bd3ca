package io.github.oauth2state.sample;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PromQlTests {

	private final PromQl query = new PromQl("""
			histogram_quantile(0.99, sum by (job, le) (rate(a_bucket{x="1", y=~"2|3", z!~"$v"}[5m] offset 30m))) > 0.5
			and on(q) 2 * b:c:ratio30m or -d{} unless (e) < 1e3 or vector(0)""");

	@Test
	void namesMetricsAndNothingElse() {
		assertThat(this.query.metrics()).containsExactly("a_bucket", "b:c:ratio30m", "d", "e");
	}

	@Test
	void namesLabelsOfSelectorsAndGroupings() {
		assertThat(this.query.labels()).containsExactlyInAnyOrder("x", "y", "z", "job", "le", "q");
	}

	@Test
	void takesAlternativesApart() {
		assertThat(this.query.matchers()).containsExactly(new PromQl.Matcher("x", "1"), new PromQl.Matcher("y", "2"),
				new PromQl.Matcher("y", "3"), new PromQl.Matcher("z", "$v"));
	}

	@Test
	void understandsTheVariablesOfDashboards() {
		PromQl variable = new PromQl("label_values(a{x=~\"$v\"}, y)");
		assertThat(variable.metrics()).containsExactly("a");
		assertThat(variable.labels()).containsExactly("x", "y");
	}

}
