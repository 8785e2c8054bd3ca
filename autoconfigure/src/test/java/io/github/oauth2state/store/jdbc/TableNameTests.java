package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.store.jdbc.StateSql.TableName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TableName}.
 */
class TableNameTests {

	private static final String SCRIPT = """
			CREATE TABLE oauth2_state (id INT);
			CREATE INDEX oauth2_state_expires_at ON oauth2_state (id);""";

	@Test
	void defaultNameLeavesTheScriptAsItIs() {
		assertThat(TableName.DEFAULT.applyTo(SCRIPT)).isEqualTo(SCRIPT);
	}

	@Test
	void indexIsNamedAfterTheTable() {
		assertThat(TableName.of("logins").applyTo(SCRIPT)).isEqualTo("""
				CREATE TABLE logins (id INT);
				CREATE INDEX logins_expires_at ON logins (id);""");
	}

	@Test
	void schemaIsGivenForTheTableOnly() {
		assertThat(TableName.of("auth.logins").applyTo(SCRIPT)).isEqualTo("""
				CREATE TABLE auth.logins (id INT);
				CREATE INDEX logins_expires_at ON auth.logins (id);""");
	}

	@Test
	void indexNameIsNoLongerThanDatabasesAllow() {
		assertThat(TableName.of("a.t" + "x".repeat(62)).applyTo(SCRIPT))
			.contains("INDEX t" + "x".repeat(51) + "_expires_at ON");
	}

}
