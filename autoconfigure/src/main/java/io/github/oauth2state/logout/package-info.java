/**
 * Logout that reaches every instance: sessions end when the provider or an operator wants
 * it, and tokens are revoked when users log out.
 */
@NullMarked
package io.github.oauth2state.logout;

import org.jspecify.annotations.NullMarked;
