package io.github.oauth2state.logout;

import java.util.Objects;
import java.util.stream.Stream;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ConfiguredStore;

/**
 * Matches if logout is not switched off and there is a store. Logins in cookies need
 * none.
 */
final class OnBackChannel extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		LogoutProperties.BackChannel configured = Binder.get(context.getEnvironment())
			.bind("oauth2-state.logout.back-channel", LogoutProperties.BackChannel.class)
			.orElse(LogoutProperties.BackChannel.AUTO);
		ListableBeanFactory beans = Objects.requireNonNull(context.getBeanFactory());
		boolean store = Stream.of(StateStore.class, ConfiguredStore.class)
			.anyMatch((type) -> beans.getBeanNamesForType(type, true, false).length > 0);
		return new ConditionOutcome(store && configured != LogoutProperties.BackChannel.OFF,
				ConditionMessage.forCondition("Back-channel logout")
					.because("oauth2-state.logout.back-channel is " + configured + " and there is "
							+ (store ? "a" : "no") + " store"));
	}

}
