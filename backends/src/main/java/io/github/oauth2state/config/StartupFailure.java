package io.github.oauth2state.config;

import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.LogFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Spring Boot prints about a startup that failed.
 */
public final class StartupFailure {

	private StartupFailure() {
	}

	/**
	 * Starts an app that has to fail, and analyzes the failure as Spring Boot does: the
	 * first analyzer that knows it has the word.
	 * @param runner the app
	 * @param properties its properties
	 * @return what is printed, description and action
	 */
	public static String analysisOf(ApplicationContextRunner runner, String... properties) {
		AtomicReference<Environment> environment = new AtomicReference<>();
		AtomicReference<Throwable> failure = new AtomicReference<>();
		runner.withPropertyValues(properties)
			.withInitializer((context) -> environment.set(context.getEnvironment()))
			.run((context) -> failure.set(context.getStartupFailure()));
		assertThat(failure.get()).as("startup failure").isNotNull();
		return analyze(failure.get(), environment.get());
	}

	/**
	 * Finds the failure that stopped an app.
	 * @param <T> the type of the failure
	 * @param failure why the app did not start
	 * @param type what to look for
	 * @return the first of its causes that is one
	 */
	public static <T extends Throwable> T in(Throwable failure, Class<T> type) {
		Throwable current = failure;
		while (current != null && !type.isInstance(current)) {
			current = current.getCause();
		}
		assertThat(current).as("startup failure").isNotNull();
		return type.cast(current);
	}

	private static String analyze(Throwable failure, Environment environment) {
		ArgumentResolver arguments = ArgumentResolver.of(Environment.class, environment);
		for (FailureAnalyzer analyzer : SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, arguments, FailureHandler.logging(LogFactory.getLog(StartupFailure.class)))) {
			FailureAnalysis analysis = analyzer.analyze(failure);
			if (analysis != null) {
				return analysis.getDescription() + "\n" + analysis.getAction();
			}
		}
		throw new AssertionError("Nobody knows what to do", failure);
	}

}
