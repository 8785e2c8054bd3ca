/**
 * Logs in as a browser would and counts what went right and wrong.
 */
@NullMarked
package io.github.oauth2state.demo.check;

import org.jspecify.annotations.NullMarked;
