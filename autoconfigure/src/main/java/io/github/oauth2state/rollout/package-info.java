/**
 * Decides which path a login takes as it begins: gradual rollout, and what to do while
 * the store does not answer.
 */
@NullMarked
package io.github.oauth2state.rollout;

import org.jspecify.annotations.NullMarked;
