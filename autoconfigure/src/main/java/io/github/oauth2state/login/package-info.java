/**
 * Pending logins: what servlet and reactive apps share, with no store call and no web
 * stack in it.
 */
@NullMarked
package io.github.oauth2state.login;

import org.jspecify.annotations.NullMarked;
