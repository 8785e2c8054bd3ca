package io.github.oauth2state.store;

import java.util.Set;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

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
		MergedAnnotation<ConditionalOnStore> annotation = metadata.getAnnotations().get(ConditionalOnStore.class);
		StoreType wanted = annotation.getEnum("value", StoreType.class);
		String property = annotation.getString("property");
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnStore.class, wanted);
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		Assert.state(beans != null, "Bean factory is there when beans are registered");
		if (!StoreConnections.isAvailable(wanted, beans)) {
			return ConditionOutcome.noMatch(message.because("the app has no connection for it"));
		}
		String configured = Binder.get(context.getEnvironment()).bind(property, String.class).orElse("");
		if (StringUtils.hasText(configured) || !property.equals(ConditionalOnStore.LOGINS)) {
			return new ConditionOutcome(isSame(configured, wanted),
					message.because(property + " is '" + configured + "'"));
		}
		Set<StoreType> connections = StoreConnections.in(beans);
		return new ConditionOutcome(connections.equals(Set.of(wanted)),
				message.because(property + " is not set and the app has connections for " + connections));
	}

	/**
	 * Compares as Spring Boot does when it binds an enum.
	 */
	private static boolean isSame(String configured, StoreType wanted) {
		return configured.replaceAll("[^A-Za-z0-9]", "").equalsIgnoreCase(wanted.name());
	}

}
