/**
 * Refreshes tokens once for all requests on all instances that need them.
 * <p>
 * {@code ManagerCoordinator} puts {@code StrategyRunner} in front of the token clients of
 * the app. With the strategy single-flight, {@code LocalCoordinator} lets one request of
 * an instance go on, {@code StoreCoordinator} one instance, and {@code LeaseHolder} calls
 * the provider and publishes the result.
 */
@NullMarked
package io.github.oauth2state.refresh;

import org.jspecify.annotations.NullMarked;
