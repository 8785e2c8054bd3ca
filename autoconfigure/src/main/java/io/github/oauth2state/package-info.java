/**
 * The API: the store that instances share, and what can be replaced or listened to.
 */
@NullMarked
package io.github.oauth2state;

import org.jspecify.annotations.NullMarked;
