package io.github.oauth2state.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;

/**
 * Stops an app that runs on a release of Spring Boot for which the library is not made.
 * <p>
 * It is called before there are any beans, as those of Spring Boot 4 that come with the
 * starter fail on an earlier one with messages that do not tell why. It must use only
 * classes that all releases since Spring Boot 2 have, at the same place.
 */
class SpringBootCheck implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

	private static final Pattern MAJOR = Pattern.compile("(\\d+)\\..*");

	private static final int OLDEST = 4;

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		check(SpringBootVersion.getVersion());
	}

	static void check(@Nullable String version) {
		Matcher major = MAJOR.matcher((version != null) ? version : "");
		if (version != null && major.matches() && Integer.parseInt(major.group(1)) < OLDEST) {
			throw new StartupFailureException(
					"OAuth2 State needs Spring Boot 4.0 or later, and this app runs on Spring Boot " + version + ".", """
							One of these:

							- upgrade the app to Spring Boot 4.0 or later
							- or remove oauth2-state-spring-boot-starter: there is no release for earlier versions of \
							Spring Boot, and setting oauth2-state.enabled=false does not help, as the starter brings \
							modules of Spring Boot 4""");
		}
	}

}
