package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.store.ConfiguredStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuthorizationServerAutoConfiguration}: in which apps codes are
 * guarded, and what the log tells.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuthorizationServerAutoConfigurationTests {

	private static final String MEMORY = "oauth2-state.store=memory";

	private final WebApplicationContextRunner app = TestProvider.APP.withPropertyValues("spring.application.name=idp")
		.withUserConfiguration(TestProvider.Server.class);

	@Test
	void codesAreUsedOnceWithAnyStoreOfTheApp(CapturedOutput output) {
		this.app.withBean(CodeStore.class).run((context) -> {
			assertThat(context.getBean(CodeStore.class).takeCommands()).isEmpty();
			redeem(new TestProvider(context));
			assertThat(context.getBean(CodeStore.class).takeCommands()).containsExactly("putIfAbsent");
			assertThat(output).containsOnlyOnce("Codes of the authorization server are used once on all instances: "
					+ "namespace 'idp', pending authorizations in the service");
		});
	}

	@Test
	void pendingAuthorizationsGoToTheStoreIfSoConfigured(CapturedOutput output) {
		this.app.withBean(CodeStore.class)
			.withPropertyValues("oauth2-state.authorization-server.pending=store")
			.run((context) -> {
				redeem(new TestProvider(context));
				assertThat(context.getBean(CodeStore.class).takeCommands()).startsWith("putIfAbsent", "find")
					.endsWith("replace");
				assertThat(output).contains("pending authorizations in the store");
			});
	}

	@Test
	void storeInMemoryIsWarnedOf(CapturedOutput output) {
		this.app.withPropertyValues(MEMORY).run((context) -> {
			redeem(new TestProvider(context));
			assertThat(output).containsOnlyOnce("Codes of the authorization server are used once at this instance")
				.doesNotContain("on all instances");
		});
	}

	@Test
	void ownStoreIsTheOneThatCountsWhateverElseIsSet(CapturedOutput output) {
		this.app.withBean(CodeStore.class)
			.withPropertyValues(MEMORY)
			.run((context) -> assertThat(output).contains("on all instances").doesNotContain("at this instance"));
	}

	@Test
	void withoutAStoreItIsOffWithAWarning(CapturedOutput output) {
		this.app.withPropertyValues("oauth2-state.store=cookie").run((context) -> {
			redeem(new TestProvider(context));
			assertThat(output).containsOnlyOnce("Codes of the authorization server may be used more than once")
				.contains("oauth2-state.authorization-server.single-use=false");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "oauth2-state.enabled=false", "oauth2-state.authorization-server.single-use=false" })
	void switchedOffItIsOffWithoutAWord(String property, CapturedOutput output) {
		this.app.withBean(CodeStore.class).withPropertyValues(property).run((context) -> {
			assertThat(context).doesNotHaveBean(AuthorizationServiceGuard.class);
			redeem(new TestProvider(context));
			assertThat(context.getBean(CodeStore.class).takeCommands()).isEmpty();
			assertThat(output).doesNotContain("Codes of the authorization server", "in the memory of this instance");
		});
	}

	@Test
	void appWithTheClassesThatIsNoServerIsToldNothing(CapturedOutput output) {
		TestProvider.APP.withUserConfiguration(SingleUseConfigurerTests.NoServer.class)
			.withPropertyValues(MEMORY)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).doesNotContain("uthorization server");
			});
	}

	@ParameterizedTest
	@ValueSource(classes = { OAuth2AuthorizationService.class, HttpSecurity.class })
	void appWithoutTheClassesIsLeftAlone(Class<?> missing) {
		TestProvider.APP.withPropertyValues(MEMORY)
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(AuthorizationServerAutoConfiguration.class));
	}

	@Test
	void appThatIsNoServletAppIsLeftAlone() {
		new ReactiveWebApplicationContextRunner().withConfiguration(TestProvider.CONFIGURATIONS)
			.withPropertyValues(MEMORY)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(AuthorizationServerAutoConfiguration.class));
		new ApplicationContextRunner().withConfiguration(TestProvider.CONFIGURATIONS)
			.withPropertyValues(MEMORY)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(AuthorizationServerAutoConfiguration.class));
	}

	@ParameterizedTest
	@CsvSource({ "reuse-detection, 0s", "reuse-detection, 59s", "reuse-detection, 366d", "reuse-detection, -1d" })
	void valueOutOfItsRangeStopsTheServer(String name, String value) {
		this.app.withBean(CodeStore.class)
			.withPropertyValues("oauth2-state.authorization-server." + name + "=" + value)
			.run((context) -> {
				assertThat(context).hasFailed().getFailure().isInstanceOf(BeanCreationException.class);
				InvalidConfigurationPropertyValueException failure = StartupFailure.in(context.getStartupFailure(),
						InvalidConfigurationPropertyValueException.class);
				assertThat(failure.getName()).isEqualTo("oauth2-state.authorization-server." + name);
				assertThat(failure.getReason()).isEqualTo("Use 1m to 365d, for example 1d.");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "1m", "365d", "30d" })
	void valueInItsRangeDoesNot(String value) {
		this.app.withBean(CodeStore.class)
			.withPropertyValues("oauth2-state.authorization-server.reuse-detection=" + value)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "pending, foo, 'Use one of service, store, for example oauth2-state.authorization-server.pending='",
			"reuse-detection, long, 'for example oauth2-state.authorization-server.reuse-detection='" })
	void valueThatCannotBeReadIsToldWithAnExample(String name, String value, String expected) {
		ApplicationContextRunner properties = new ApplicationContextRunner().withUserConfiguration(Properties.class);
		assertThat(StartupFailure.analysisOf(properties, "oauth2-state.authorization-server." + name + "=" + value))
			.contains("The value of the property oauth2-state.authorization-server." + name + " cannot be read",
					expected);
		this.app.withPropertyValues(MEMORY, "oauth2-state.authorization-server." + name + "=" + value)
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void storesOfTheAppThatCannotBeToldApartStopTheServer() {
		this.app.withBean("first", CodeStore.class)
			.withBean("second", CodeStore.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("StateStore"));
	}

	@Test
	void serverKeepsWorkingInLazyApps() {
		this.app.withBean(CodeStore.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				redeem(new TestProvider(context));
				assertThat(context.getBean(CodeStore.class).takeCommands()).containsExactly("putIfAbsent");
			});
	}

	@Test
	void noBeanIsCreatedTooEarlyForOtherPostProcessors(CapturedOutput output) {
		this.app.withBean(CodeStore.class)
			.withBean(TestService.class)
			.run((context) -> assertThat(output).doesNotContain("not eligible for getting processed"));
	}

	@Test
	void storeIsDecoratedAsThoseOfOthersAre() {
		this.app.withBean(CodeStore.class)
			.withBean(ConfiguredStore.Decorator.class, () -> Failing::new)
			.run((context) -> {
				TestProvider provider = new TestProvider(context);
				String code = provider.code("plain");
				assertThat(TestProvider.body(provider.redeem("plain", code))).contains("temporarily_unavailable");
			});
	}

	private static void redeem(TestProvider provider) {
		assertThat(provider.redeem("plain", provider.code("plain")).getStatus()).isEqualTo(200);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(AuthorizationServerProperties.class)
	static class Properties {

	}

	private record Failing(StateStore store) implements StateStore {

		@Override
		public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			throw new IllegalStateException();
		}

		@Override
		public Optional<byte[]> find(StateKey key) {
			throw new IllegalStateException();
		}

		@Override
		public Optional<byte[]> take(StateKey key) {
			throw new IllegalStateException();
		}

		@Override
		public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			throw new IllegalStateException();
		}

		@Override
		public boolean remove(StateKey key, byte[] expected) {
			throw new IllegalStateException();
		}

	}

}
