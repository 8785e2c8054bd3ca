/**
 * The store that keeps records in Redis, one key each.
 */
@NullMarked
package io.github.oauth2state.store.redis;

import org.jspecify.annotations.NullMarked;
