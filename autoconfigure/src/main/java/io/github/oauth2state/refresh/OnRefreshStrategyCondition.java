package io.github.oauth2state.refresh;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.Assert;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ConfiguredStore;

/**
 * Matches where a strategy is chosen, or none is, and there is a store.
 */
class OnRefreshStrategyCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("OAuth2 State refresh strategy");
		RefreshStrategyType chosen = chosen(context);
		if (chosen != null) {
			return new ConditionOutcome(chosen != RefreshStrategyType.NONE,
					message.because("oauth2-state.refresh.strategy is " + chosen));
		}
		Assert.state(context.getBeanFactory() != null, "Bean factory is there when beans are registered");
		boolean store = has(context.getBeanFactory(), StateStore.class)
				|| has(context.getBeanFactory(), ConfiguredStore.class);
		return new ConditionOutcome(store, message
			.because("oauth2-state.refresh.strategy is not set and there is " + (store ? "a store" : "no store")));
	}

	private static boolean has(ListableBeanFactory beans, Class<?> type) {
		return beans.getBeanNamesForType(type, true, false).length > 0;
	}

	private static @Nullable RefreshStrategyType chosen(ConditionContext context) {
		return Binder.get(context.getEnvironment())
			.bind("oauth2-state.refresh.strategy", RefreshStrategyType.class)
			.orElse(null);
	}

}
