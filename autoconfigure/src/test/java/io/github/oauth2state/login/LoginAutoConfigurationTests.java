package io.github.oauth2state.login;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link LoginAutoConfiguration}.
 */
class LoginAutoConfigurationTests {

	private static final String LIBRARY = "io.github.oauth2state.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class));

	@Test
	void codecOfTheLibraryIsThereUnlessTheAppHasOne() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(AuthorizationRequestCodec.class)
			.getBean(AuthorizationRequestCodec.class)
			.isInstanceOf(CborAuthorizationRequestCodec.class));
	}

	@Test
	void codecOfTheAppWins() {
		AuthorizationRequestCodec own = mock(AuthorizationRequestCodec.class);
		this.runner.withBean("ownCodec", AuthorizationRequestCodec.class, () -> own).run((context) -> {
			assertThat(context).hasSingleBean(AuthorizationRequestCodec.class);
			assertThat(context.getBean(PendingLogins.class).codec()).isSameAs(own);
		});
	}

	@Test
	void listenersOfTheAppAreCalledInTheirOrder() {
		this.runner.withUserConfiguration(Listeners.class).run((context) -> {
			context.getBean(LoginEvents.class)
				.publish(new LoginEvent(LoginOutcome.COMPLETED, LoginPath.SHARED, "keycloak", null, "c0ffee000001"));
			assertThat(context.getBean(Listeners.class).called).containsExactly("first", "failing", "last");
		});
	}

	@Test
	void outcomesAreLogged() {
		this.runner.run((context) -> assertThat(context.getBeansOfType(LoginListener.class).values())
			.hasOnlyElementsOfType(LoginEventLogger.class)
			.hasSize(1));
	}

	@Test
	void clockIsThatOfTheSystem() {
		this.runner.run((context) -> {
			PendingLogins logins = context.getBean(PendingLogins.class);
			assertThat(logins.isExpired(Instant.now())).isFalse();
			assertThat(logins.isExpired(Instant.now().minusSeconds(660))).isTrue();
		});
	}

	/**
	 * All auto-configurations of the library, those that come later too.
	 */
	@Test
	void disablingLeavesNothingOfTheLibraryInTheApp() {
		WebApplicationContextRunner app = new WebApplicationContextRunner().withConfiguration(allOfTheLibrary())
			.withBean("ownStore", StateStore.class, () -> mock(StateStore.class));
		app.run((context) -> assertThat(beansOfTheLibrary(context)).hasSizeGreaterThan(5));
		app.withPropertyValues("oauth2-state.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(beansOfTheLibrary(context)).isEmpty();
		});
	}

	@Test
	void disabledLibraryNeedsNoStoreAndMindsNoBadSetting() {
		new WebApplicationContextRunner().withConfiguration(allOfTheLibrary())
			.withPropertyValues("oauth2-state.enabled=false", "oauth2-state.login.ttl=0", "oauth2-state.namespace=*")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static AutoConfigurations allOfTheLibrary() {
		ClassLoader classLoader = LoginAutoConfigurationTests.class.getClassLoader();
		List<Class<?>> classes = new ArrayList<>();
		for (String name : ImportCandidates.load(AutoConfiguration.class, classLoader).getCandidates()) {
			if (name.startsWith(LIBRARY)) {
				classes.add(ClassUtils.resolveClassName(name, classLoader));
			}
		}
		assertThat(classes).contains(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class);
		return AutoConfigurations.of(classes.toArray(Class[]::new));
	}

	private static List<String> beansOfTheLibrary(ApplicationContext context) {
		List<String> names = new ArrayList<>();
		for (Map.Entry<String, Object> bean : context.getBeansOfType(Object.class).entrySet()) {
			boolean ofTheLibrary = bean.getValue().getClass().getName().startsWith(LIBRARY)
					|| bean.getKey().contains(LIBRARY) || bean.getKey().startsWith("oauth2State");
			if (ofTheLibrary && !bean.getKey().equals("ownStore")) {
				names.add(bean.getKey());
			}
		}
		return names;
	}

	@Configuration(proxyBeanMethods = false)
	static class Listeners {

		private final List<String> called = new ArrayList<>();

		@Bean
		@Order(3)
		LoginListener last() {
			return (event) -> this.called.add("last");
		}

		@Bean
		@Order(2)
		LoginListener failing() {
			return (event) -> {
				this.called.add("failing");
				throw new IllegalStateException("Listener is broken");
			};
		}

		@Bean
		@Order(1)
		LoginListener first() {
			return (event) -> this.called.add("first");
		}

	}

}
