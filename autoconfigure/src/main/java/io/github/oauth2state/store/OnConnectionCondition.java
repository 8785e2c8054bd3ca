package io.github.oauth2state.store;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.Assert;

import io.github.oauth2state.config.StoreType;

/**
 * Condition behind {@link ConditionalOnConnection}.
 */
class OnConnectionCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		StoreType type = metadata.getAnnotations().get(ConditionalOnConnection.class).getEnum("value", StoreType.class);
		Assert.state(context.getBeanFactory() != null, "Bean factory is there when beans are registered");
		boolean available = StoreConnections.isAvailable(type, context.getBeanFactory());
		return new ConditionOutcome(available, ConditionMessage.forCondition(ConditionalOnConnection.class, type)
			.because(available ? "the app has such a connection" : "the app has no such connection"));
	}

}
