/**
 * Refreshes tokens once, however many requests on however many instances need them.
 */
@NullMarked
package io.github.oauth2state.refresh;

import org.jspecify.annotations.NullMarked;
