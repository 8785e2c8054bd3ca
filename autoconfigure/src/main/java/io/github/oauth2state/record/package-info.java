/**
 * What all records have in common: how keys are derived, how content is sealed, and how
 * values are written.
 */
@NullMarked
package io.github.oauth2state.record;

import org.jspecify.annotations.NullMarked;
