package io.github.oauth2state.login;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LoginEventPublisher}.
 */
class LoginEventLogTests {

	private final Logger logger = (Logger) LoggerFactory.getLogger(LoginEventPublisher.class);

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final Level levelBefore = this.logger.getLevel();

	@BeforeEach
	void listen() {
		this.logger.setLevel(Level.DEBUG);
		this.lines.start();
		this.logger.addAppender(this.lines);
	}

	@AfterEach
	void stopListening() {
		this.logger.detachAppender(this.lines);
		this.logger.setLevel(this.levelBefore);
	}

	@ParameterizedTest
	@EnumSource(LoginOutcome.class)
	void everyOutcomeIsOneLineAtTheLevelOfWhoHasToAct(LoginOutcome outcome) {
		new LoginEventPublisher("one", "redis", List.of())
			.publish(new LoginEvent(outcome, LoginPath.SHARED, "keycloak", null, "c0ffee000001"));
		Level expected = switch (outcome) {
			case STARTED, COMPLETED -> Level.DEBUG;
			case STORE_ERROR, UNREADABLE, MIX_UP -> Level.WARN;
			case PROVIDER_ERROR, FAILED, EXPIRED, ALREADY_USED, FOREIGN_BROWSER, EVICTED, FALLBACK -> Level.INFO;
		};
		assertThat(this.lines.list).extracting(ILoggingEvent::getLevel).containsExactly(expected);
	}

	@Test
	void lineHasTheWordsOfTheDocumentation() {
		LoginEventPublisher eventLogger = new LoginEventPublisher("one", "redis", List.of());
		eventLogger
			.publish(new LoginEvent(LoginOutcome.ALREADY_USED, LoginPath.SHARED, "keycloak", null, "c0ffee000001"));
		eventLogger
			.publish(new LoginEvent(LoginOutcome.FOREIGN_BROWSER, LoginPath.SESSION, null, null, "c0ffee000001"));
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.containsExactly(
					"Login already_used: registration keycloak, path shared, instance one, store redis, "
							+ "reference c0ffee000001",
					"Login foreign_browser: registration unknown, path session, instance one, store redis, "
							+ "reference c0ffee000001");
	}

	@Test
	void lineSaysWhyALoginFailed() {
		new LoginEventPublisher("one", "redis", List.of()).publish(new LoginEvent(LoginOutcome.FAILED, LoginPath.SHARED,
				"keycloak", null, "invalid_grant", "c0ffee000001"));
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.containsExactly("Login failed: registration keycloak, reason invalid_grant, path shared, instance one, "
					+ "store redis, reference c0ffee000001");
	}

}
