package io.github.oauth2state.config;

import java.util.List;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ApplicationListener;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for what an app on an earlier release of Spring Boot is told.
 */
class SpringBootCheckTests {

	@ParameterizedTest
	@ValueSource(strings = { "3.5.7", "3.5.0-SNAPSHOT", "3.0.0-M1", "2.7.18" })
	void earlierReleaseStopsTheApp(String version) {
		StartupFailureException failure = catchThrowableOfType(StartupFailureException.class,
				() -> StartupCheck.checkSpringBoot(version));
		FailureAnalysis analysis = new StartupFailureException.Analyzer().analyze(failure);
		assertThat(analysis.getDescription()).isEqualTo(
				"OAuth2 State needs Spring Boot 4.0 or later, and this app runs on Spring Boot " + version + ".");
		assertThat(analysis.getAction()).contains("upgrade the app to Spring Boot 4.0",
				"remove oauth2-state-spring-boot-starter");
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "4.0.0", "4.0.0-RC1", "4.1.2", "5.0.0", "10.0.0", "unknown", "" })
	void laterReleaseDoesNot(String version) {
		assertThatCode(() -> StartupCheck.checkSpringBoot(version)).doesNotThrowAnyException();
	}

	@Test
	void springBootCallsItAndItsAnalyzer() {
		assertThat(load(ApplicationListener.class)).hasAtLeastOneElementOfType(StartupCheck.class);
		assertThat(load(FailureAnalyzer.class)).hasAtLeastOneElementOfType(StartupFailureException.Analyzer.class);
		assertThatCode(() -> StartupCheck.checkSpringBoot(SpringBootVersion.getVersion())).doesNotThrowAnyException();
	}

	/**
	 * These classes are where they are since Spring Boot 2.
	 */
	@Test
	void needsNoClassThatEarlierReleasesDoNotHave() {
		JavaClasses classes = new ClassFileImporter().importClasses(StartupCheck.class, StartupFailureException.class,
				StartupFailureException.Analyzer.class);
		ArchRuleDefinition.classes()
			.should()
			.onlyDependOnClassesThat()
			.haveNameMatching("java\\..*|org\\.jspecify\\..*|"
					+ String.join("|", "org\\.springframework\\.boot\\.SpringBootVersion",
							"org\\.springframework\\.boot\\.context\\.event\\.ApplicationEnvironmentPreparedEvent",
							"org\\.springframework\\.boot\\.diagnostics\\.\\w+",
							"org\\.springframework\\.context\\.Application(Listener|Event)",
							"org\\.springframework\\.core\\.env\\.\\w*Environment",
							"org\\.springframework\\.util\\.StringUtils",
							"io\\.github\\.oauth2state\\.config\\.(Startup[\\w$]+|PropertyCheck)"))
			.check(classes);
	}

	private static <T> List<T> load(Class<T> type) {
		return SpringFactoriesLoader.forDefaultResourceLocation()
			.load(type, FailureHandler.logging(LogFactory.getLog(SpringBootCheckTests.class)));
	}

}
