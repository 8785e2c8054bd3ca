package io.github.oauth2state.store;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

import io.github.oauth2state.config.StoreType;

/**
 * Matches where the app has a connection that the given store can use: a bean that is
 * qualified for the library, or one that can be injected without a qualifier.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnConnectionCondition.class)
public @interface ConditionalOnConnection {

	/**
	 * Returns the store.
	 * @return the store
	 */
	StoreType value();

}
