package io.github.oauth2state.store.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.apache.shardingsphere.sql.parser.autogen.MySQLStatementLexer;
import org.apache.shardingsphere.sql.parser.autogen.MySQLStatementParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.io.DefaultResourceLoader;

import io.github.oauth2state.store.jdbc.StateSql.TableName;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the statements for MySQL, against the grammar of MySQL 8.
 */
class MySqlGrammarTests {

	@ParameterizedTest
	@MethodSource
	void statementsAreGrammatical(String sql) {
		assertThatCode(() -> parse(sql)).doesNotThrowAnyException();
	}

	static Stream<String> statementsAreGrammatical() {
		StateSql sql = Database.MYSQL.sql(TableName.of("auth.logins"), false);
		SessionSql sessions = Database.MYSQL.sessionSql(TableName.of("auth.logins"));
		return Stream.of(sql.put(), sql.putOverExpired(), sql.find(), sql.replace(), sql.remove(), sql.clean(1000),
				sessions.add(1), sessions.add(2), sessions.find(), sessions.reaches(1), sessions.reaches(2),
				sessions.remove(1), sessions.remove(4));
	}

	@Test
	void schemaIsGrammatical() throws IOException {
		String script = new DefaultResourceLoader().getResource(Database.MYSQL.schemaScript())
			.getContentAsString(StandardCharsets.UTF_8);
		assertThatCode(() -> parse(script.strip())).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@MethodSource
	void whatOtherDatabasesHaveIsNot(String sql) {
		assertThatIllegalArgumentException().isThrownBy(() -> parse(sql));
	}

	static Stream<String> whatOtherDatabasesHaveIsNot() {
		StateSql postgresql = Database.POSTGRESQL.sql(TableName.DEFAULT, false);
		StateSql h2 = Database.H2.sql(TableName.DEFAULT, false);
		return Stream.of(postgresql.put(), postgresql.clean(1000), h2.put(), h2.take());
	}

	private static void parse(String sql) {
		MySQLStatementParser parser = new MySQLStatementParser(
				new CommonTokenStream(new MySQLStatementLexer(CharStreams.fromString(sql))));
		failOnErrors(parser);
		parser.execute();
		if (parser.getCurrentToken().getType() != Token.EOF) {
			throw new IllegalArgumentException("No statement goes on with: " + parser.getCurrentToken().getText());
		}
	}

	private static void failOnErrors(Parser parser) {
		parser.removeErrorListeners();
		parser.addErrorListener(new BaseErrorListener() {

			@Override
			public void syntaxError(Recognizer<?, ?> recognizer, Object symbol, int line, int column, String message,
					RecognitionException cause) {
				throw new IllegalArgumentException("line " + line + ", column " + column + ": " + message);
			}

		});
	}

}
