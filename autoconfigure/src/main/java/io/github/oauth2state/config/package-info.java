/**
 * What concerns every capability: the general properties and how properties are checked.
 */
@NullMarked
package io.github.oauth2state.config;

import org.jspecify.annotations.NullMarked;
