/**
 * The parts of an HTTP request that matter on any web stack, and the attributes of the
 * cookies that the library sets.
 */
@NullMarked
package io.github.oauth2state.web;

import org.jspecify.annotations.NullMarked;
