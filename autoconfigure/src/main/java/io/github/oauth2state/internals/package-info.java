/**
 * What has to be read from other libraries though they do not offer it.
 */
@NullMarked
package io.github.oauth2state.internals;

import org.jspecify.annotations.NullMarked;
