package io.github.oauth2state.sample;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class InstanceNameTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withInitializer(new ConfigDataApplicationContextInitializer())
		.withUserConfiguration(InstanceName.class);

	@Test
	void isThePortThatTheServerListensOn() {
		this.runner.withPropertyValues("server.port=0", "local.server.port=4711")
			.run((context) -> assertThat(context.getBean(InstanceName.class).get()).isEqualTo("4711"));
	}

	@Test
	void canBeGiven() {
		this.runner.withPropertyValues("local.server.port=4711", "sample.instance=one")
			.run((context) -> assertThat(context.getBean(InstanceName.class).get()).isEqualTo("one"));
	}

}
