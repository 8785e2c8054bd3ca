/**
 * Keeps records in one table of a database.
 */
@NullMarked
package io.github.oauth2state.store.jdbc;

import org.jspecify.annotations.NullMarked;
