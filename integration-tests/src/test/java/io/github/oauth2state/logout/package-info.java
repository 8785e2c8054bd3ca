/**
 * Logout that reaches every instance, through HTTP on two instances in processes of their
 * own, with sessions wherever apps keep them.
 */
package io.github.oauth2state.logout;
