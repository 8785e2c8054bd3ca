/**
 * Support for Spring Boot's Actuator: an endpoint, and the health of the store.
 */
@NullMarked
package io.github.oauth2state.actuate;

import org.jspecify.annotations.NullMarked;
