/**
 * Gives the reactive filter chains of an app the shared repository of authorization
 * requests.
 */
@NullMarked
package io.github.oauth2state.login.reactive;

import org.jspecify.annotations.NullMarked;
