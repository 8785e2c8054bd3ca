/**
 * Real servers for tests, and a network that fails.
 */
package io.github.oauth2state.backends;
