/**
 * What matters of an HTTP request on any web stack: its path, its cookies, and the
 * attributes of the cookies that the library sets.
 */
@NullMarked
package io.github.oauth2state.web;

import org.jspecify.annotations.NullMarked;
