package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.util.function.SingletonSupplier;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An app with an {@link AuthorizationServiceGuard}, to which tests add a service.
 */
abstract class AuthorizationServiceGuardFixture {

	final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	@AfterEach
	void close() {
		this.context.close();
	}

	/**
	 * Starts an app with a service of a class.
	 */
	<T extends OAuth2AuthorizationService> T startWith(Class<T> service, Class<?>... app) {
		this.context.register(service);
		return start(app).getBean(service);
	}

	AnnotationConfigApplicationContext start(Class<?>... app) {
		this.context.register(Guarded.class);
		if (app.length > 0) {
			this.context.register(app);
		}
		this.context.refresh();
		return this.context;
	}

	AuthorizationServiceGuard guard() {
		return this.context.getBean(AuthorizationServiceGuard.class);
	}

	/**
	 * Saves a code, which two requests find at the same time.
	 */
	static void assertGuarded(OAuth2AuthorizationService service) {
		OAuth2Authorization issued = TestCodes.withCode();
		service.save(issued);
		OAuth2Authorization first = TestCodes.find(service, issued);
		OAuth2Authorization second = TestCodes.find(service, issued);
		TestCodes.as(TestCodes.SHOP, () -> service.save(TestCodes.redeemed(first)));
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> service.save(TestCodes.redeemed(second))));
		assertThat(service.findById(issued.getId()).getAttributes()).doesNotContainKey(CodeUse.class.getName());
	}

	void assertEvents(CodeOutcome... expected) {
		assertThat(this.context.getBean(Guarded.class).events).extracting(CodeEvent::outcome).containsExactly(expected);
	}

	static TestService target(TestService service) {
		return (TestService) AopTestUtils.getUltimateTargetObject(service);
	}

	@Configuration(proxyBeanMethods = false)
	static class Guarded {

		final List<CodeEvent> events = new ArrayList<>();

		@Bean
		static CodeStore store() {
			return new CodeStore();
		}

		@Bean
		CodeListener recording() {
			return this.events::add;
		}

		@Bean
		static AuthorizationServiceGuard guard(ObjectProvider<CodeStore> store,
				ObjectProvider<CodeListener> listeners) {
			return new AuthorizationServiceGuard(SingletonSupplier
				.of(() -> new SingleUse(new CodeLedger(store.getObject(), "shop", Duration.ofDays(30)),
						new CodeEventPublisher(() -> listeners.orderedStream().toList()), false, Duration.ZERO)));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Database {

		@Bean
		DataSource dataSource() {
			return new EmbeddedDatabaseBuilder().generateUniqueName(true)
				.setType(EmbeddedDatabaseType.H2)
				.addScript("org/springframework/security/oauth2/server/authorization/oauth2-authorization-schema.sql")
				.build();
		}

		@Bean
		JdbcTemplate jdbc(DataSource dataSource) {
			return new JdbcTemplate(dataSource);
		}

		@Bean
		PlatformTransactionManager transactions(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Transactions {

	}

}
