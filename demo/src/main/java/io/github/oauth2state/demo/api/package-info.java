/**
 * An API that takes access tokens of the demo's provider.
 */
@NullMarked
package io.github.oauth2state.demo.api;

import org.jspecify.annotations.NullMarked;
