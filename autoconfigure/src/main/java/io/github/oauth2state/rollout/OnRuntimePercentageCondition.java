package io.github.oauth2state.rollout;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;

/**
 * Matches where the percentage can be set at run time.
 */
class OnRuntimePercentageCondition extends SpringBootCondition {

	private static final String PROPERTY = "oauth2-state.rollout.at-runtime";

	private static final String ACTUATOR = "org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		ConditionMessage.Builder message = ConditionMessage.forCondition("Percentage at run time");
		Boolean configured = Binder.get(environment).bind(PROPERTY, Boolean.class).orElse(null);
		if (configured != null) {
			return new ConditionOutcome(configured, message.because(PROPERTY + " is " + configured));
		}
		boolean writable = isWritable(context);
		return new ConditionOutcome(writable,
				message.because("access to the endpoint is " + (writable ? "" : "not ") + "unrestricted"));
	}

	private static boolean isWritable(ConditionContext context) {
		return ClassUtils.isPresent(ACTUATOR, context.getClassLoader())
				&& SpringFactoriesLoader.forDefaultResourceLocation(context.getClassLoader())
					.load(EndpointAccess.class)
					.stream()
					.anyMatch((access) -> access.isUnrestricted(context.getEnvironment()));
	}

}
