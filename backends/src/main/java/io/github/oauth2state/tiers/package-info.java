/**
 * How much of the tests runs.
 */
package io.github.oauth2state.tiers;
