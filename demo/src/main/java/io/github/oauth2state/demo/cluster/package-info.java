/**
 * Starts, watches and ends the processes of the cluster.
 */
@NullMarked
package io.github.oauth2state.demo.cluster;

import org.jspecify.annotations.NullMarked;
