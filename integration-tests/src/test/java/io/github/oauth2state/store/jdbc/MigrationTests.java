package io.github.oauth2state.store.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.DefaultResourceLoader;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for apps that create the table by the migrations of theirs: the store comes after
 * them, and its own initializer between.
 */
class MigrationTests {

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceInitializationAutoConfiguration.class, FlywayAutoConfiguration.class,
				LiquibaseAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	@TempDir
	private Path migrations;

	private String schema;

	@BeforeEach
	void readSchema() throws IOException {
		this.schema = new DefaultResourceLoader().getResource(Database.H2.schemaScript())
			.getContentAsString(StandardCharsets.UTF_8);
	}

	@Test
	void flywayCreatesTheTable() throws IOException {
		Files.writeString(this.migrations.resolve("V1__pending_logins.sql"), this.schema);
		this.app
			.withPropertyValues("spring.liquibase.enabled=false", "oauth2-state.jdbc.initialize-schema=never",
					"spring.flyway.locations=filesystem:" + this.migrations)
			.run((context) -> assertStores(context.getBean(StateStore.class)));
	}

	@Test
	void liquibaseCreatesTheTable() throws IOException {
		Path changelog = this.migrations.resolve("changelog.sql");
		Files.writeString(changelog, """
				--liquibase formatted sql
				--changeset app:1
				""" + this.schema);
		this.app
			.withPropertyValues("spring.flyway.enabled=false", "oauth2-state.jdbc.initialize-schema=never",
					"spring.liquibase.change-log=file:" + changelog)
			.run((context) -> assertStores(context.getBean(StateStore.class)));
	}

	@Test
	void schemaScriptOfTheAppCreatesTheTable() throws IOException {
		Path script = this.migrations.resolve("schema.sql");
		Files.writeString(script, this.schema);
		this.app
			.withPropertyValues("spring.flyway.enabled=false", "spring.liquibase.enabled=false",
					"oauth2-state.jdbc.initialize-schema=never", "spring.sql.init.schema-locations=file:" + script)
			.run((context) -> assertStores(context.getBean(StateStore.class)));
	}

	@Test
	void initializerComesAfterTheMigrationsOfTheApp() throws IOException {
		Files.writeString(this.migrations.resolve("V1__schema.sql"), "CREATE SCHEMA auth");
		this.app
			.withPropertyValues("spring.liquibase.enabled=false", "oauth2-state.jdbc.initialize-schema=always",
					"oauth2-state.jdbc.table-name=auth.logins", "spring.flyway.locations=filesystem:" + this.migrations)
			.run((context) -> assertStores(context.getBean(StateStore.class)));
	}

	private static void assertStores(StateStore store) {
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		assertThat(store.putIfAbsent(key, new byte[1], Duration.ofMinutes(1))).isEmpty();
		assertThat(store.take(key)).isPresent();
	}

}
