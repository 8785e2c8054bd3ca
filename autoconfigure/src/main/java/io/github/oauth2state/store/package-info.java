/**
 * Chooses the store, and says what to do when none can be chosen.
 */
@NullMarked
package io.github.oauth2state.store;

import org.jspecify.annotations.NullMarked;
