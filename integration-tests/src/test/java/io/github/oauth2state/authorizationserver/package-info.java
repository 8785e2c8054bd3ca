/**
 * Spring Authorization Server on several instances.
 */
package io.github.oauth2state.authorizationserver;
