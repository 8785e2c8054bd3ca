package io.github.oauth2state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.context.reactive.AnnotationConfigReactiveWebApplicationContext;
import org.springframework.boot.web.context.servlet.AnnotationConfigServletWebApplicationContext;
import org.springframework.context.annotation.AnnotationConfigRegistry;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.javapoet.ClassName;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Spring Boot generates ahead of time for an app with the library. The sample apps
 * show that it runs; here are the hints that only a native image needs.
 */
class AheadOfTimeTests {

	private static final String[] REGISTRATION = Stream
		.of("client-id=app", "client-secret=secret", "authorization-grant-type=authorization_code",
				"redirect-uri={baseUrl}/login/oauth2/code/{registrationId}")
		.map((property) -> "spring.security.oauth2.client.registration.one." + property)
		.toArray(String[]::new);

	private static final String[] PROVIDER = Stream.of("authorization-uri", "token-uri", "jwk-set-uri")
		.map((property) -> "spring.security.oauth2.client.provider.one." + property + "=https://idp.example/"
				+ property)
		.toArray(String[]::new);

	private final InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();

	@ParameterizedTest
	@EnumSource
	void storeIsThatOfTheBuild(Store store) {
		process(new AnnotationConfigServletWebApplicationContext(), store.properties());
		assertThat(generated("ServletLoginAutoConfiguration")).isTrue();
		for (Store other : Store.values()) {
			if (other.beans != null) {
				assertThat(generated(other.beans)).as(other.beans).isEqualTo(store == other);
			}
		}
	}

	/**
	 * They are secret, so a build does not have them.
	 */
	@Test
	void keysOfTokensAreReadWhenTheAppRuns() {
		process(new AnnotationConfigServletWebApplicationContext(), Store.REDIS.properties());
		assertThat(content("TokensAutoConfiguration")).contains("oauth2StateTokenKeys");
	}

	@Test
	void nothingIsGeneratedWhereTheLibraryIsDisabled() {
		process(new AnnotationConfigServletWebApplicationContext(), "oauth2-state.enabled=false");
		assertThat(generated("ServletLoginAutoConfiguration")).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void reactiveAppIsProcessed(Store store) {
		process(new AnnotationConfigReactiveWebApplicationContext(), store.properties());
		if (store.beans != null) {
			assertThat(generated(store.beans)).isTrue();
		}
	}

	@Test
	void fieldsThatArePrivateInOtherLibrariesAreKept() {
		RuntimeHints hints = process(new AnnotationConfigServletWebApplicationContext(), Store.REDIS.properties());
		assertKept(hints, SessionManagementConfigurer.class, "sessionPolicy");
		assertKept(hints, DefaultOAuth2AuthorizedClientManager.class, "authorizedClientProvider");
		assertKept(hints, RefreshTokenOAuth2AuthorizedClientProvider.class, "accessTokenResponseClient");
		assertKept(hints, LettuceConnectionFactory.class, "configuration");
	}

	@Test
	void methodOfTheAuthorizationServiceIsKept() throws NoSuchMethodException {
		RuntimeHints hints = process(new AnnotationConfigServletWebApplicationContext(), "oauth2-state.store=memory",
				"oauth2-state.authorization-server.cleanup.enabled=true");
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(JdbcOAuth2AuthorizationService.class.getDeclaredMethod("getJdbcOperations")))
			.accepts(hints);
	}

	@Test
	void scriptsOfTheTableAreKept() {
		RuntimeHints hints = process(new AnnotationConfigServletWebApplicationContext(), Store.JDBC.properties());
		for (String database : List.of("h2", "postgresql", "mysql", "mariadb")) {
			assertThat(RuntimeHintsPredicates.resource()
				.forResource("io/github/oauth2state/store/jdbc/schema-" + database + ".sql")).accepts(hints);
		}
	}

	private static void assertKept(RuntimeHints hints, Class<?> type, String field) {
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(type, field)).accepts(hints);
	}

	private <C extends GenericApplicationContext & AnnotationConfigRegistry> RuntimeHints process(C context,
			String... properties) {
		TestPropertyValues.of(REGISTRATION)
			.and(PROVIDER)
			.and(properties)
			.and("spring.datasource.url=jdbc:h2:mem:aot", "spring.main.banner-mode=off")
			.applyTo(context);
		context.register(App.class);
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(getClass())), this.files);
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		generation.writeGeneratedContent();
		return generation.getRuntimeHints();
	}

	private boolean generated(String configuration) {
		return !content(configuration).isEmpty();
	}

	private String content(String configuration) {
		return this.files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE)
			.keySet()
			.stream()
			.filter((file) -> file.endsWith("/" + configuration + "__BeanDefinitions.java"))
			.map(this::read)
			.collect(Collectors.joining());
	}

	private String read(String file) {
		try {
			return this.files.getGeneratedFileContent(GeneratedFiles.Kind.SOURCE, file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	enum Store {

		REDIS("RedisStateStoreAutoConfiguration"), JDBC("JdbcStateStoreAutoConfiguration"),
		MEMORY("MemoryStateStoreAutoConfiguration"), COOKIE(null);

		private final String beans;

		Store(String beans) {
			this.beans = beans;
		}

		String[] properties() {
			return new String[] { "oauth2-state.store=" + name().toLowerCase(Locale.ROOT),
					"oauth2-state.cookie.keys=" + "a".repeat(64) };
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class App {

	}

}
