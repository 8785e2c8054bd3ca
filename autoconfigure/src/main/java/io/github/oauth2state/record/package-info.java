/**
 * What all records have in common: the keys that they are sealed under, how they are
 * sealed, and how values are written.
 */
@NullMarked
package io.github.oauth2state.record;

import org.jspecify.annotations.NullMarked;
