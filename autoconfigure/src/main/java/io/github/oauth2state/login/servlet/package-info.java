/**
 * Pending logins in servlet apps: the repository, its hook into Spring Security, and the
 * recovery of callbacks.
 */
@NullMarked
package io.github.oauth2state.login.servlet;

import org.jspecify.annotations.NullMarked;
