/**
 * Refreshes tokens once for all requests on all instances that need them.
 */
@NullMarked
package io.github.oauth2state.refresh;

import org.jspecify.annotations.NullMarked;
