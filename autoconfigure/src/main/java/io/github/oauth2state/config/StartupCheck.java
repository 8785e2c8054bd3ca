package io.github.oauth2state.config;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Stops an app on a release of Spring Boot that the library does not support, or with a
 * switch that is neither on nor off.
 * <p>
 * It runs before there are any beans. The beans of Spring Boot 4 that come with the
 * starter fail on an earlier release, with messages that do not tell why. And conditions
 * take every value but {@code true} for off, so that the library would be off without a
 * word. It must use only classes that all releases since Spring Boot 2 have, at the same
 * place.
 */
class StartupCheck implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

	private static final Pattern MAJOR = Pattern.compile("(\\d+)\\..*");

	private static final int OLDEST = 4;

	private static final Set<String> SWITCHES = Set.of("oauth2-state.enabled", "oauth2-state.circuit-breaker.enabled",
			"oauth2-state.authorization-server.single-use", "oauth2-state.jdbc.cleanup.enabled",
			"oauth2-state.jdbc.validate-schema", "oauth2-state.logout.revoke-tokens");

	private static final Set<String> CLEAR = Set.of("true", "false", "off", "no", "0");

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		checkSpringBoot(SpringBootVersion.getVersion());
		checkSwitches(event.getEnvironment());
	}

	static void checkSpringBoot(@Nullable String version) {
		Matcher major = MAJOR.matcher((version != null) ? version : "");
		if (version != null && major.matches() && Integer.parseInt(major.group(1)) < OLDEST) {
			throw new StartupFailureException(
					"OAuth2 State needs Spring Boot 4.0 or later, and this app runs on Spring Boot " + version + ".",
					"""
							One of these:

							- upgrade the app to Spring Boot 4.0 or later
							- or remove oauth2-state-spring-boot-starter: there is no release for earlier versions of \
							Spring Boot, and setting oauth2-state.enabled=false does not help, as the starter brings \
							modules of Spring Boot 4""");
		}
	}

	static void checkSwitches(Environment environment) {
		for (String name : SWITCHES) {
			String value = environment.getProperty(name);
			if (StringUtils.hasText(value)) {
				PropertyCheck.of(name, value)
					.must((given) -> CLEAR.stream().anyMatch(given.strip()::equalsIgnoreCase), "Use true or false.");
			}
		}
	}

}
