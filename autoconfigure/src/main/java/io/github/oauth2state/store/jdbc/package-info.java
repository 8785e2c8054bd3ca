/**
 * The store that keeps records in a table of a database.
 */
@NullMarked
package io.github.oauth2state.store.jdbc;

import org.jspecify.annotations.NullMarked;
