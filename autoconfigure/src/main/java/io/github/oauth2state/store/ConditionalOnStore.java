package io.github.oauth2state.store;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

/**
 * Matches where records are to be kept in the given store: a property names it, and the
 * app has the connection that it needs. A store whose connection is the only one that the
 * app has need not be named for logins.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(AvailableConnections.OnStoreCondition.class)
public @interface ConditionalOnStore {

	/**
	 * The property that names the store of logins.
	 */
	String LOGINS = "oauth2-state.store";

	/**
	 * The property that names the store of tokens.
	 */
	String TOKENS = "oauth2-state.tokens.store";

	/**
	 * Returns the store.
	 * @return the store
	 */
	StoreType value();

	/**
	 * Returns the property that names the store.
	 * @return the property of logins, unless that of tokens is given
	 */
	String property() default LOGINS;

}
