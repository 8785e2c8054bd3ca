/**
 * Makes the codes of a Spring Authorization Server good for one use on any number of
 * instances.
 * <p>
 * The server finds a code, checks the request, and saves the authorization with its
 * tokens. Between the first and the last step any number of other requests can find the
 * same code. So the code is claimed in the store when the authorization is saved: after
 * all checks, and before anything is handed out.
 */
@NullMarked
package io.github.oauth2state.authorizationserver;

import org.jspecify.annotations.NullMarked;
