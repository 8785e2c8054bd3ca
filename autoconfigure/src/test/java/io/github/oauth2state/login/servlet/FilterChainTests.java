package io.github.oauth2state.login.servlet;

import java.util.List;
import java.util.function.Consumer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts apps and reads which repositories the filters of their chains have.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class FilterChainTests {

	static final String SHARED = SharedAuthorizationRequestRepository.class.getSimpleName();

	static final String SESSION = HttpSessionOAuth2AuthorizationRequestRepository.class.getSimpleName();

	static final String USERS = UsersRepository.class.getSimpleName();

	final WebApplicationContextRunner runner = new WebApplicationContextRunner().withUserConfiguration(App.class)
		.withPropertyValues("oauth2-state.store=memory",
				"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
						+ "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
		.withPropertyValues(registration("idp"));

	private static String[] registration(String id) {
		String registration = "spring.security.oauth2.client.registration." + id;
		String provider = "spring.security.oauth2.client.provider." + id;
		return new String[] { registration + ".client-id=app", registration + ".client-secret=secret",
				registration + ".authorization-grant-type=authorization_code",
				registration + ".redirect-uri={baseUrl}/login/oauth2/code/" + id,
				provider + ".authorization-uri=https://idp.example/authorize",
				provider + ".token-uri=https://idp.example/token", provider + ".user-info-uri=https://idp.example/user",
				provider + ".user-name-attribute=sub" };
	}

	/**
	 * Other tests in this JVM start apps that log less.
	 */
	@BeforeEach
	void logAtInfo() {
		((Logger) LoggerFactory.getLogger(FilterChainInspector.class)).setLevel(Level.INFO);
	}

	void run(Class<?> configuration, Consumer<AssertableWebApplicationContext> assertions) {
		this.runner.withUserConfiguration(configuration).run((context) -> {
			assertThat(context).hasNotFailed();
			assertions.accept(context);
		});
	}

	static List<SecurityFilterChain> chains(AssertableWebApplicationContext context) {
		return context.getBeanProvider(SecurityFilterChain.class).orderedStream().toList();
	}

	static List<List<String>> repositories(AssertableWebApplicationContext context) {
		return chains(context).stream()
			.map((chain) -> chain.getFilters().stream().map(FilterChainTests::repository).toList())
			.map((all) -> all.stream().filter((name) -> !name.isEmpty()).toList())
			.toList();
	}

	private static String repository(Filter filter) {
		String kind = "";
		if (filter instanceof OAuth2AuthorizationRequestRedirectFilter) {
			kind = "redirect ";
		}
		else if (filter instanceof OAuth2LoginAuthenticationFilter) {
			kind = "login ";
		}
		else if (filter instanceof OAuth2AuthorizationCodeGrantFilter) {
			kind = "client ";
		}
		if (kind.isEmpty()) {
			return "";
		}
		Object repository = ReflectionTestUtils.getField(filter, "authorizationRequestRepository");
		return (repository != null) ? kind + repository.getClass().getSimpleName() : "none";
	}

	@EnableAutoConfiguration
	static class App {

	}

}
