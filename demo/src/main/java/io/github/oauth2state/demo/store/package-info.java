/**
 * The database server that the instances share when no other is given.
 */
@NullMarked
package io.github.oauth2state.demo.store;

import org.jspecify.annotations.NullMarked;
