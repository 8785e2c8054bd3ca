package io.github.oauth2state.store;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

import io.github.oauth2state.config.StoreType;

/**
 * Matches where logins are to be kept in the given store: where
 * {@code oauth2-state.store} names it, or is not set and the store's connection is the
 * only one that the app has.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnStoreCondition.class)
public @interface ConditionalOnStore {

	/**
	 * Returns the store.
	 * @return the store
	 */
	StoreType value();

}
