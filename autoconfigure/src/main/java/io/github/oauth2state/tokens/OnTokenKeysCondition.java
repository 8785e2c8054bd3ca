package io.github.oauth2state.tokens;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches where there are keys for tokens. A variable that is empty is none.
 */
class OnTokenKeysCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean any = StringUtils.hasText(context.getEnvironment().getProperty("oauth2-state.tokens.keys"));
		return new ConditionOutcome(any,
				ConditionMessage.forCondition("Token keys").because("there are " + (any ? "some" : "none")));
	}

}
