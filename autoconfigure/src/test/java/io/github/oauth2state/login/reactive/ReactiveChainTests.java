package io.github.oauth2state.login.reactive;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts reactive apps and reads which repositories the filters of their chains have.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class ReactiveChainTests {

	static final String SHARED = SharedServerAuthorizationRequestRepository.class.getSimpleName();

	static final String SESSION = WebSessionOAuth2ServerAuthorizationRequestRepository.class.getSimpleName();

	static final String USERS = UsersRepository.class.getSimpleName();

	final ReactiveWebApplicationContextRunner app = ReactiveApp.runner();

	/**
	 * Other tests in this JVM start apps that log less.
	 */
	@BeforeEach
	void logAtInfo() {
		((Logger) LoggerFactory.getLogger(ReactiveChainInspector.class)).setLevel(Level.INFO);
	}

	void run(Class<?> configuration, Consumer<AssertableReactiveWebApplicationContext> assertions) {
		this.app.withUserConfiguration(configuration).run((context) -> {
			assertThat(context).hasNotFailed();
			assertions.accept(context);
		});
	}

	static List<SecurityWebFilterChain> chains(AssertableReactiveWebApplicationContext context) {
		return context.getBeanProvider(SecurityWebFilterChain.class).orderedStream().toList();
	}

	static List<WebFilter> filters(SecurityWebFilterChain chain) {
		List<WebFilter> filters = new ArrayList<>();
		chain.getWebFilters().subscribe(filters::add);
		return filters;
	}

	static List<List<String>> repositories(AssertableReactiveWebApplicationContext context) {
		return chains(context).stream()
			.map((chain) -> filters(chain).stream()
				.map(ServerSecurityInternals::repository)
				.filter((repository) -> repository != null)
				.map((repository) -> repository.getClass().getSimpleName())
				.toList())
			.toList();
	}

}
