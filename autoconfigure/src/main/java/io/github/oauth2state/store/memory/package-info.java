/**
 * The store that keeps records in the memory of one JVM, for tests, demos and apps with
 * one instance.
 */
@NullMarked
package io.github.oauth2state.store.memory;

import org.jspecify.annotations.NullMarked;
