package io.github.oauth2state.scenario;

import java.util.List;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.store.hazelcast.HazelcastMembers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins on two instances of an app that are the members of a Hazelcast cluster, which
 * Spring Boot starts.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
class HazelcastLoginTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final HazelcastMembers members = new HazelcastMembers(2, 0, HazelcastMembers.documented());

	private final Stack stack;

	HazelcastLoginTests(Stack stack) {
		this.stack = stack;
	}

	@AfterAll
	static void stop() {
		members.close();
	}

	@Test
	void loginBegunOnOneInstanceFinishesOnAnother() {
		Browser browser = Browser.overHttp();
		try (Instance a = start(First.class); Instance b = start(Second.class)) {
			assertThat(b.context().getBean(HazelcastInstance.class).getCluster().getMembers()).hasSize(2);
			browser.open(b, browser.begin(a, BEGIN));
			assertThat(browser.isSignedIn(b)).isTrue();
			assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
			assertThat(a.takeOutcomes()).isEmpty();
		}
	}

	private Instance start(Class<?> member) {
		return Instance.start(this.stack, Cluster.shared(this.stack).idp, null,
				List.of("oauth2-state.store=hazelcast", "spring.autoconfigure.exclude=" + Instance.NOT_OF_THE_APP),
				member);
	}

	static class First {

		@Bean
		Config hazelcast() {
			return members.config(0);
		}

	}

	static class Second {

		@Bean
		Config hazelcast() {
			return members.config(1);
		}

	}

}
