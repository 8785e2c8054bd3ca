/**
 * Logins of browsers at apps, each with another place for pending logins.
 */
@NullMarked
package io.github.oauth2state.benchmarks.endtoend;

import org.jspecify.annotations.NullMarked;
