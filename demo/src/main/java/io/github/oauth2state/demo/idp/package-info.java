/**
 * The identity provider that users log in at.
 */
@NullMarked
package io.github.oauth2state.demo.idp;

import org.jspecify.annotations.NullMarked;
