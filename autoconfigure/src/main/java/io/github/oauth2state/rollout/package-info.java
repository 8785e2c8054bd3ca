/**
 * Gradual rollout: decides which path a login takes when it begins.
 */
@NullMarked
package io.github.oauth2state.rollout;

import org.jspecify.annotations.NullMarked;
