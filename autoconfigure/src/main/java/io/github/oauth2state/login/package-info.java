/**
 * Pending logins, as servlet and reactive apps share them, without a store call and
 * without a web stack.
 */
@NullMarked
package io.github.oauth2state.login;

import org.jspecify.annotations.NullMarked;
