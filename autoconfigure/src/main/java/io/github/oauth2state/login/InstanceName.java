package io.github.oauth2state.login;

import java.lang.management.ManagementFactory;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Tells which instance of an app this is, as operators know it.
 */
final class InstanceName {

	private InstanceName() {
	}

	/**
	 * Returns the name that the platform gives a container or a host, or what the JVM
	 * calls itself, which is its process and host.
	 * @param environment where the platform's name may be
	 * @return the name
	 */
	static String of(Environment environment) {
		String name = environment.getProperty("HOSTNAME");
		return StringUtils.hasText(name) ? name : ManagementFactory.getRuntimeMXBean().getName();
	}

}
