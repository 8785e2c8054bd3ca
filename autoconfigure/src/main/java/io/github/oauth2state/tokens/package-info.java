/**
 * Keeps the tokens of users where every instance finds them.
 */
@NullMarked
package io.github.oauth2state.tokens;

import org.jspecify.annotations.NullMarked;
