/**
 * Decides by a feature flag which logins are rolled out, through OpenFeature.
 */
@NullMarked
package io.github.oauth2state.rollout.openfeature;

import org.jspecify.annotations.NullMarked;
