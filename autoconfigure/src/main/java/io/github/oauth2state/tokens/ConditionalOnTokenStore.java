package io.github.oauth2state.tokens;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches where {@code oauth2-state.tokens.store} is one of the given ones.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnTokenStoreCondition.class)
@interface ConditionalOnTokenStore {

	/**
	 * Returns where tokens are kept.
	 * @return one or more of the possible values
	 */
	TokenStoreType[] value();

}
