package io.github.oauth2state.store;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.Assert;

import io.github.oauth2state.config.StoreType;

/**
 * Condition behind {@link ConditionalOnStore}.
 */
class OnStoreCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		StoreType wanted = metadata.getAnnotations().get(ConditionalOnStore.class).getEnum("value", StoreType.class);
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnStore.class, wanted);
		StoreType configured = configured(context);
		if (configured != null) {
			return new ConditionOutcome(configured == wanted, message.because("oauth2-state.store is " + configured));
		}
		Set<StoreType> connections = connections(context);
		return new ConditionOutcome(connections.equals(Set.of(wanted)),
				message.because("oauth2-state.store is not set and the app has connections for " + connections));
	}

	private static @Nullable StoreType configured(ConditionContext context) {
		return Binder.get(context.getEnvironment()).bind("oauth2-state.store", StoreType.class).orElse(null);
	}

	private static Set<StoreType> connections(ConditionContext context) {
		Assert.state(context.getBeanFactory() != null, "Bean factory is there when beans are registered");
		return StoreConnections.in(context.getBeanFactory());
	}

}
