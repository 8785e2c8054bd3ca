package io.github.oauth2state.actuate;

import java.util.List;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An app that is started on a class path without the Actuator.
 */
@EnableAutoConfiguration
public class AppWithoutActuator {

	/**
	 * Starts the app and stops it.
	 * @return the names of the beans that it had
	 */
	public static List<String> beans() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(AppWithoutActuator.class)
			.web(WebApplicationType.NONE)
			.run("--oauth2-state.store=memory", "--spring.main.banner-mode=off",
					"--spring.main.register-shutdown-hook=false", "--logging.level.root=warn",
					"--spring.flyway.enabled=false", "--spring.liquibase.enabled=false",
					"--spring.autoconfigure.exclude="
							+ "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration,"
							+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")) {
			return List.of(context.getBeanDefinitionNames());
		}
	}

}
