package io.github.oauth2state.config;

import java.util.Set;

import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Refuses switches that are neither on nor off. Conditions take every value but
 * {@code true} for off, so that the library would be off without a word.
 */
class SwitchCheck implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

	private static final Set<String> SWITCHES = Set.of("oauth2-state.enabled", "oauth2-state.circuit-breaker.enabled",
			"oauth2-state.jdbc.cleanup.enabled", "oauth2-state.jdbc.validate-schema");

	private static final Set<String> CLEAR = Set.of("true", "false", "off", "no", "0");

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		check(event.getEnvironment());
	}

	static void check(Environment environment) {
		for (String name : SWITCHES) {
			String value = environment.getProperty(name);
			if (StringUtils.hasText(value)) {
				PropertyCheck.of(name, value)
					.must((given) -> CLEAR.stream().anyMatch(given.strip()::equalsIgnoreCase), "Use true or false.");
			}
		}
	}

}
