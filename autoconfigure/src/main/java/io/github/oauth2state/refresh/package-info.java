/**
 * Refreshes tokens once for all requests on all instances that need them.
 * <p>
 * {@code ManagerCoordinator} puts {@code StrategyRunner} in front of the token clients of
 * the app. With the strategy single-flight, {@code LocalCoordinator} lets one request of
 * an instance go on, {@code StoreCoordinator} one instance, and {@code LeaseHolder} calls
 * the provider and publishes the result.
 * <p>
 * The classes whose names begin with {@code Reactive} do the same in reactive apps. They
 * share what is decided without a call, and what is stored: {@code RefreshEntry},
 * {@code RefreshRecord}, {@code SealedResults}, {@code RecentTokens},
 * {@code EarlyWindow}, {@code RefreshEvents}.
 */
@NullMarked
package io.github.oauth2state.refresh;

import org.jspecify.annotations.NullMarked;
