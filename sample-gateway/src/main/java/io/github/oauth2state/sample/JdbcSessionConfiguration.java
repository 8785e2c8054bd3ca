package io.github.oauth2state.sample;

import javax.sql.DataSource;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.session.ReactiveSessionRepository;
import org.springframework.session.config.annotation.web.server.EnableSpringWebSession;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps sessions in the database, so that a user signed in by one instance is known to
 * all. Spring Session has no reactive repository for databases, so calls of the blocking
 * one move to other threads.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "sample.session-store", havingValue = "jdbc")
@EnableSpringWebSession
class JdbcSessionConfiguration {

	@Bean
	DataSourceScriptDatabaseInitializer sessionSchema(DataSource dataSource) {
		return SessionSchema.initializer(dataSource);
	}

	@Bean
	JdbcIndexedSessionRepository sessions(JdbcOperations jdbc, PlatformTransactionManager transactions) {
		return new JdbcIndexedSessionRepository(jdbc, new TransactionTemplate(transactions));
	}

	@Bean
	ReactiveSessionRepository<?> reactiveSessions(JdbcIndexedSessionRepository sessions) {
		return new BlockingSessions<>(sessions);
	}

}
