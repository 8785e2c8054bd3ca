/**
 * What is measured in the package of logins.
 */
@NullMarked
package io.github.oauth2state.login;

import org.jspecify.annotations.NullMarked;
