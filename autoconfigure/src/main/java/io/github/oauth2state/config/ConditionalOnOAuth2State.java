package io.github.oauth2state.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;

/**
 * Matches unless the starter is switched off with {@code oauth2-state.enabled=false}.
 * Every auto-configuration of the library has this condition.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@ConditionalOnBooleanProperty(name = "oauth2-state.enabled", matchIfMissing = true)
public @interface ConditionalOnOAuth2State {

}
