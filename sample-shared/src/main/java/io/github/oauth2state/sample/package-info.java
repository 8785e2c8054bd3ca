/**
 * What the sample app and the sample gateway have in common: their page, and what it
 * shows.
 */
@NullMarked
package io.github.oauth2state.sample;

import org.jspecify.annotations.NullMarked;
