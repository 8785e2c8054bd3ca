/**
 * An ordinary Spring Boot app, to copy from.
 */
package io.github.oauth2state.sample;
