package io.github.oauth2state.rollout;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.Hook;
import dev.openfeature.sdk.HookContext;
import dev.openfeature.sdk.NoOpProvider;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.providers.memory.Flag;
import dev.openfeature.sdk.providers.memory.InMemoryProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.RolloutRequest;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.login.LoginAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link OpenFeatureRolloutDecider} with OpenFeature's own SDK.
 */
class OpenFeatureRolloutDeciderTests {

	private final OpenFeatureAPI api = OpenFeatureAPI.getInstance();

	private final Client client = this.api.getClient("tests");

	private @Nullable OpenFeatureRolloutDecider decider;

	@AfterEach
	void stop() {
		if (this.decider != null) {
			this.decider.destroy();
		}
		this.api.setProviderAndWait("tests", new NoOpProvider());
		this.client.getHooks().clear();
	}

	@Test
	void flagDecidesByTheBrowser() {
		flags((flag, context) -> "browser-1".equals(context.getTargetingKey())
				&& "keycloak".equals(context.getValue("registrationId").asString())
				&& "shop".equals(context.getValue("namespace").asString()));
		assertThat(decider("shared-logins").isRolledOut(request("browser-1"))).isTrue();
		assertThat(decider("shared-logins").isRolledOut(request("browser-2"))).isFalse();
	}

	@Test
	void contextHasNothingElse() {
		AtomicReference<EvaluationContext> seen = new AtomicReference<>();
		flags((flag, context) -> {
			seen.set(context);
			return true;
		});
		decider("shared-logins").isRolledOut(request("browser-1"));
		assertThat(seen.get().keySet()).containsExactlyInAnyOrder("targetingKey", "namespace", "registrationId");
	}

	@Test
	void flagThatIsNotThereLeavesItToThePercentage() {
		flags((flag, context) -> true);
		assertThatIllegalStateException().isThrownBy(() -> decider("other").isRolledOut(request("browser-1")))
			.withMessageContaining("FLAG_NOT_FOUND");
	}

	@Test
	void providerThatIsSlowLeavesItToThePercentage() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		CountDownLatch never = new CountDownLatch(1);
		flags((flag, context) -> {
			try {
				never.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return true;
		});
		OpenFeatureRolloutDecider slow = decider("shared-logins", Duration.ofMillis(20));
		for (int i = 0; i < 40; i++) {
			assertThatIllegalStateException().isThrownBy(() -> slow.isRolledOut(request("browser-1")));
		}
		assertThat(Thread.getAllStackTraces().keySet())
			.filteredOn((thread) -> thread.getName().equals("oauth2-state-openfeature") && !before.contains(thread))
			.hasSizeLessThan(33);
		never.countDown();
	}

	@Test
	void hookThatThrowsLeavesItToThePercentage() {
		flags((flag, context) -> true);
		this.client.addHooks(new Hook<>() {
			@Override
			public Optional<EvaluationContext> before(HookContext<Object> context, Map<String, Object> hints) {
				throw new IllegalStateException("no");
			}
		});
		assertThatIllegalStateException().isThrownBy(() -> decider("shared-logins").isRolledOut(request("browser-1")));
	}

	@Test
	void flagIsUsedWhereItIsNamedAndTheAppHasNoDecider() {
		ApplicationContextRunner app = new ApplicationContextRunner().withConfiguration(AutoConfigurations
			.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class, OpenFeatureAutoConfiguration.class));
		app.run((context) -> assertThat(context).doesNotHaveBean(RolloutDecider.class));
		ApplicationContextRunner named = app
			.withPropertyValues("oauth2-state.rollout.openfeature.flag-key=shared-logins");
		named.run((context) -> assertThat(context).hasSingleBean(OpenFeatureRolloutDecider.class));
		named.withBean("own", RolloutDecider.class, () -> (request) -> true)
			.run((context) -> assertThat(context).hasSingleBean(RolloutDecider.class)
				.doesNotHaveBean(OpenFeatureRolloutDecider.class));
	}

	private void flags(Evaluation evaluation) {
		Flag<Boolean> flag = Flag.<Boolean>builder()
			.variant("on", true)
			.variant("off", false)
			.defaultVariant("off")
			.contextEvaluator((self, context) -> evaluation.of(self, context))
			.build();
		this.api.setProviderAndWait("tests", new InMemoryProvider(Map.of("shared-logins", flag)));
	}

	private OpenFeatureRolloutDecider decider(String flag) {
		return decider(flag, Duration.ofSeconds(10));
	}

	private OpenFeatureRolloutDecider decider(String flag, Duration timeout) {
		if (this.decider != null) {
			this.decider.destroy();
		}
		this.decider = new OpenFeatureRolloutDecider(this.client, flag, timeout, "shop");
		return this.decider;
	}

	private static RolloutRequest request(String browserId) {
		return new RolloutRequest() {
			@Override
			public String registrationId() {
				return "keycloak";
			}

			@Override
			public String browserId() {
				return browserId;
			}

			@Override
			public @Nullable Object attribute(String name) {
				return null;
			}
		};
	}

	@FunctionalInterface
	private interface Evaluation {

		boolean of(Flag<Boolean> flag, EvaluationContext context);

	}

}
