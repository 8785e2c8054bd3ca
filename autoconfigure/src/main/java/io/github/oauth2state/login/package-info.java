/**
 * Pending logins, their cookies and their records. This package knows no web stack and
 * calls no store.
 */
@NullMarked
package io.github.oauth2state.login;

import org.jspecify.annotations.NullMarked;
