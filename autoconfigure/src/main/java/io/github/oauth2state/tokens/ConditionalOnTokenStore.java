package io.github.oauth2state.tokens;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.List;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if {@code oauth2-state.tokens.store} has one of the given values.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnTokenStore.StoreCondition.class)
@interface ConditionalOnTokenStore {

	TokensProperties.Store[] value();

	/**
	 * Binds the property as it is bound later, because its values can be written in
	 * several ways.
	 */
	class StoreCondition extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			List<TokensProperties.Store> wanted = Arrays.asList(metadata.getAnnotations()
				.get(ConditionalOnTokenStore.class)
				.getEnumArray("value", TokensProperties.Store.class));
			TokensProperties.Store configured = Binder.get(context.getEnvironment())
				.bind("oauth2-state.tokens.store", TokensProperties.Store.class)
				.orElse(TokensProperties.Store.NONE);
			return new ConditionOutcome(wanted.contains(configured),
					ConditionMessage.forCondition(ConditionalOnTokenStore.class, wanted)
						.because("oauth2-state.tokens.store is " + configured));
		}

	}

}
