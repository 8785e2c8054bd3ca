package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ClusterOptionsTests {

	private final Properties properties = new Properties();

	@BeforeEach
	void buildSampleApp(@TempDir Path directory) throws IOException {
		this.properties.setProperty("demo.sample-app", Files.createFile(directory.resolve("app.jar")).toString());
	}

	@Test
	void byDefaultThereIsAStoreOfItsOwn() {
		ClusterOptions options = options();
		assertThat(options.usesOwnStore()).isTrue();
		assertThat(options.store().profile()).isEqualTo("jdbc");
		assertThat(options.port()).isEqualTo(8080);
	}

	@Test
	void withoutStarterNothingIsShared() {
		this.properties.setProperty("demo.without-starter", "true");
		assertThat(options().usesOwnStore()).isFalse();
	}

	@Test
	void byDefaultThereIsTheStarter() {
		this.properties.setProperty("demo.with", "");
		this.properties.setProperty("demo.without-starter", "false");
		assertThat(options().with()).isEqualTo(With.STARTER);
	}

	@Test
	void modesAreChosenByOneProperty() {
		this.properties.setProperty("demo.with", "starter");
		assertThat(options().with()).isEqualTo(With.STARTER);
		this.properties.setProperty("demo.with", "spring-session");
		assertThat(options().with()).isEqualTo(With.SPRING_SESSION);
		this.properties.setProperty("demo.with", "nothing");
		assertThat(options().with()).isEqualTo(With.NOTHING);
	}

	@Test
	void olderPropertyStillChoosesTheModeWithoutStarter() {
		this.properties.setProperty("demo.without-starter", "");
		assertThat(options().with()).isEqualTo(With.NOTHING);
		this.properties.setProperty("demo.with", "nothing");
		assertThat(options().with()).isEqualTo(With.NOTHING);
		this.properties.setProperty("demo.with", "spring-session");
		assertThat(options().with()).isEqualTo(With.SPRING_SESSION);
	}

	@Test
	void contradictionIsRefused() {
		this.properties.setProperty("demo.without-starter", "true");
		assertRefused("demo.with", "starter", "contradict each other");
	}

	@Test
	void unknownModeIsRefused() {
		assertRefused("demo.with", "sticky", "-Ddemo.with is starter, spring-session or nothing, not \"sticky\"");
	}

	@Test
	void springSessionSharesSessionsAndTokensAndDisablesTheStarter() {
		this.properties.setProperty("demo.with", "spring-session");
		ClusterOptions options = options();
		assertThat(options.usesOwnStore()).isTrue();
		assertThat(options.with().arguments(options.store())).containsExactly("--spring.profiles.active=jdbc",
				"--oauth2-state.enabled=false", "--sample.token-store=session");
	}

	@Test
	void redisIsUsedWhereItIs() {
		this.properties.setProperty("demo.store", "redis");
		this.properties.setProperty("demo.redis.url", "redis://user:secret@localhost:6379");
		ClusterOptions options = options();
		assertThat(options.usesOwnStore()).isFalse();
		assertThat(options.store().profile()).isEqualTo("redis");
		assertThat(options.store().secrets())
			.isEqualTo(Map.of("SPRING_DATA_REDIS_URL", "redis://user:secret@localhost:6379"));
	}

	@Test
	void databaseIsUsedWhereItIs() {
		this.properties.setProperty("demo.store", "jdbc");
		this.properties.setProperty("demo.jdbc.url", "jdbc:postgresql://localhost/demo");
		this.properties.setProperty("demo.jdbc.username", "user");
		this.properties.setProperty("demo.jdbc.password", "secret");
		assertThat(options().store().secrets())
			.isEqualTo(Map.of("SPRING_DATASOURCE_URL", "jdbc:postgresql://localhost/demo", "SPRING_DATASOURCE_USERNAME",
					"user", "SPRING_DATASOURCE_PASSWORD", "secret"));
	}

	@Test
	void unknownStoreIsRefused() {
		assertRefused("demo.store", "mongodb", "-Ddemo.store is h2, redis or jdbc, not \"mongodb\"");
	}

	@Test
	void storeWithoutUrlIsRefused() {
		assertRefused("demo.store", "redis", "-Ddemo.redis.url is missing");
		assertRefused("demo.store", "jdbc", "-Ddemo.jdbc.url is missing");
	}

	@Test
	void portOutOfRangeIsRefused() {
		assertRefused("demo.port", "0", "-Ddemo.port is a number from 1 to 65000, not \"0\"");
		assertRefused("demo.port", "http", "-Ddemo.port is a number");
	}

	@Test
	void flagIsTrueOrFalse() {
		assertRefused("demo.without-starter", "maybe", "-Ddemo.without-starter is true or false, not \"maybe\"");
	}

	@Test
	void byDefaultInstancesAreServletApps() {
		assertThat(options().apps().stack()).isEqualTo(Stack.SERVLET);
		assertThat(command()).anyMatch((part) -> part.endsWith("app.jar"));
	}

	@Test
	void gatewaysAreStartedInstead(@TempDir Path directory) throws IOException {
		this.properties.setProperty("demo.sample-gateway",
				Files.createFile(directory.resolve("gateway.jar")).toString());
		this.properties.setProperty("demo.stack", "reactive");
		assertThat(command()).anyMatch((part) -> part.endsWith("gateway.jar"));
	}

	@Test
	void unknownStackIsRefused() {
		assertRefused("demo.stack", "webflux", "-Ddemo.stack is servlet or reactive, not \"webflux\"");
	}

	@Test
	void gatewayMustBeBuiltWhereItIsNeeded() {
		this.properties.setProperty("demo.sample-gateway", "nowhere.jar");
		assertThat(options().apps().stack()).isEqualTo(Stack.SERVLET);
		assertRefused("demo.stack", "reactive", "there is no nowhere.jar");
	}

	@Test
	void instancesUseWhatWasGeneratedIfTheyAreToldTo() {
		assertThat(command()).doesNotContain("-Dspring.aot.enabled=true");
		this.properties.setProperty("demo.aot", "true");
		assertThat(command()).containsSubsequence("-Dspring.aot.enabled=true", "-jar");
	}

	@Test
	void whatWasGeneratedIsOfNoUseWithoutStarter() {
		this.properties.setProperty("demo.aot", "true");
		assertRefused("demo.with", "nothing", "-Ddemo.aot=true needs -Ddemo.with=starter");
	}

	@Test
	void sampleAppMustBeBuilt() {
		assertRefused("demo.sample-app", "nowhere.jar", "there is no nowhere.jar");
	}

	private void assertRefused(String name, String value, String message) {
		this.properties.setProperty(name, value);
		assertThatExceptionOfType(ClusterException.class).isThrownBy(this::options).withMessageContaining(message);
	}

	private List<String> command() {
		return options().apps().command(List.of());
	}

	private ClusterOptions options() {
		return ClusterOptions.from(this.properties);
	}

}
