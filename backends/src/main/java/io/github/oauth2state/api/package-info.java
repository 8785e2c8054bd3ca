/**
 * Shows the public API of a module as text, so that a change of it is seen in a review.
 */
@NullMarked
package io.github.oauth2state.api;

import org.jspecify.annotations.NullMarked;
