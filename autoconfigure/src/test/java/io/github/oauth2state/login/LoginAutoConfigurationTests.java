package io.github.oauth2state.login;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.util.ClassUtils;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link LoginAutoConfiguration}.
 */
class LoginAutoConfigurationTests {

	private static final String LIBRARY = "io.github.oauth2state.";

	private final OAuth2AuthorizationRequest request = TestRequests.oidc();

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
		given(own.encode(this.request)).willReturn(new byte[0]);
		this.runner.withBean("ownCodec", AuthorizationRequestCodec.class, () -> own).run((context) -> {
			assertThat(context).hasSingleBean(AuthorizationRequestCodec.class);
			context.getBean(PendingLogins.class)
				.start(LoginPath.SHARED, this.request, TestRequests.https("/begin"), null, null);
			verify(own).encode(this.request);
		});
	}

	@Test
	void listenersOfTheAppAreCalledInTheirOrder() {
		this.runner.withUserConfiguration(Listeners.class).run((context) -> {
			context.getBean(PendingLogins.class)
				.publish(new LoginEvent(LoginOutcome.COMPLETED, LoginPath.SHARED, "keycloak", null, "c0ffee000001"));
			assertThat(context.getBean(Listeners.class).called).containsExactly("first", "failing", "last");
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void outcomesAreLogged(CapturedOutput output) {
		this.runner.run((context) -> {
			context.getBean(PendingLogins.class)
				.publish(new LoginEvent(LoginOutcome.FAILED, LoginPath.SHARED, "keycloak", null, "c0ffee000001"));
			assertThat(output.getOut()).contains("Login failed: registration keycloak")
				.contains("reference c0ffee000001");
		});
	}

	@Test
	void clockIsThatOfTheSystem() {
		this.runner.run((context) -> {
			Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
			List<ResponseCookie> cookies = context.getBean(PendingLogins.class)
				.start(LoginPath.SHARED, this.request, TestRequests.https("/begin"), null, null)
				.orElseThrow()
				.cookies();
			assertThat(BindingCookie.parse(cookies.get(0).getValue()).orElseThrow().issued()).isBetween(before,
					Instant.now());
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
