package io.github.oauth2state.tokens;

import java.util.Arrays;
import java.util.List;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Condition behind {@link ConditionalOnTokenStore}. Binds the property as it is bound
 * later: its values can be written in several ways.
 */
class OnTokenStoreCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		List<TokenStoreType> wanted = Arrays.asList(metadata.getAnnotations()
			.get(ConditionalOnTokenStore.class)
			.getEnumArray("value", TokenStoreType.class));
		TokenStoreType configured = Binder.get(context.getEnvironment())
			.bind("oauth2-state.tokens.store", TokenStoreType.class)
			.orElse(TokenStoreType.NONE);
		return new ConditionOutcome(wanted.contains(configured),
				ConditionMessage.forCondition(ConditionalOnTokenStore.class, wanted)
					.because("oauth2-state.tokens.store is " + configured));
	}

}
