package io.github.oauth2state.demo.cluster;

import java.util.Properties;

/**
 * What the instances are built on.
 */
public enum Stack {

	/**
	 * The sample app, a servlet app.
	 */
	SERVLET,

	/**
	 * The sample gateway, a reactive app.
	 */
	REACTIVE,

	/**
	 * One instance of each, which share what they keep.
	 */
	MIXED;

	static Stack from(Properties properties) {
		String value = properties.getProperty("demo.stack", "");
		return switch (value) {
			case "", "servlet" -> SERVLET;
			case "reactive" -> REACTIVE;
			case "mixed" -> MIXED;
			default ->
				throw new ClusterException("-Ddemo.stack is servlet, reactive or mixed, not \"%s\"".formatted(value));
		};
	}

	/**
	 * Tells whether an instance is reactive.
	 * @param name the name of the instance
	 * @return whether it is a gateway
	 */
	public boolean isReactive(String name) {
		return this == REACTIVE || (this == MIXED && !name.equals("one"));
	}

	/**
	 * Tells whether any instance is reactive.
	 * @return whether there is a gateway, which needs something behind it
	 */
	public boolean hasGateway() {
		return this != SERVLET;
	}

}
