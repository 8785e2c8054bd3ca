/**
 * What the stores cost when many logins are pending, or have expired.
 */
@NullMarked
package io.github.oauth2state.benchmarks.growth;

import org.jspecify.annotations.NullMarked;
