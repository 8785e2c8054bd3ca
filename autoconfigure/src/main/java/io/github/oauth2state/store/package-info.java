/**
 * The choice of the store, and what all stores share: the limit of values, decorators,
 * and the circuit.
 */
@NullMarked
package io.github.oauth2state.store;

import org.jspecify.annotations.NullMarked;
