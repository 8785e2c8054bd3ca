package io.github.oauth2state.demo.cluster;

import java.util.Properties;

/**
 * What the instances are built on.
 */
public enum Stack {

	/**
	 * The sample app, a servlet app.
	 */
	SERVLET("sample-app"),

	/**
	 * The sample gateway, a reactive app.
	 */
	REACTIVE("sample-gateway");

	private final String module;

	Stack(String module) {
		this.module = module;
	}

	static Stack from(Properties properties) {
		String value = properties.getProperty("demo.stack", "");
		return switch (value) {
			case "", "servlet" -> SERVLET;
			case "reactive" -> REACTIVE;
			default -> throw new ClusterException("-Ddemo.stack is servlet or reactive, not \"%s\"".formatted(value));
		};
	}

	String module() {
		return this.module;
	}

}
