/**
 * What benchmarks use of the JDBC store that is hidden from others.
 */
@NullMarked
package io.github.oauth2state.store.jdbc;

import org.jspecify.annotations.NullMarked;
