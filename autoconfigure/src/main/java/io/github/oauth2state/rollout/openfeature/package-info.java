/**
 * Lets a feature flag decide, through OpenFeature.
 */
@NullMarked
package io.github.oauth2state.rollout.openfeature;

import org.jspecify.annotations.NullMarked;
