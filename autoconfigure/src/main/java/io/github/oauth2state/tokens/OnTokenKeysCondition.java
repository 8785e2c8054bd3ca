package io.github.oauth2state.tokens;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches where there are keys for tokens, and where there have to be.
 */
class OnTokenKeysCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Token keys");
		Environment environment = context.getEnvironment();
		if (StringUtils.hasText(environment.getProperty("oauth2-state.tokens.keys"))) {
			return ConditionOutcome.match(message.because("there are some"));
		}
		TokenStoreType store = Binder.get(environment)
			.bind("oauth2-state.tokens.store", TokenStoreType.class)
			.orElse(TokenStoreType.NONE);
		boolean needed = store == TokenStoreType.REDIS || store == TokenStoreType.JDBC;
		return new ConditionOutcome(needed, message.because("there are none, and tokens.store is " + store));
	}

}
