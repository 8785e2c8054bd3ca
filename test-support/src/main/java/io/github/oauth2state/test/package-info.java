/**
 * Tests for those who extend the library.
 */
@NullMarked
package io.github.oauth2state.test;

import org.jspecify.annotations.NullMarked;
