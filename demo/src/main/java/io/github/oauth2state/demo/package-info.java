/**
 * Runs a small cluster of the sample app on this machine, to look at or to be checked.
 */
@NullMarked
package io.github.oauth2state.demo;

import org.jspecify.annotations.NullMarked;
