/**
 * Load and faults, on three processes of the sample app behind a balancer.
 */
package io.github.oauth2state.cluster;
