package io.github.oauth2state;

/**
 * Receives an event for every removal of expired records from a store that does not drop
 * them by itself. Beans of this type are called on the thread that removes the records.
 * Exceptions that they throw are logged and stop nothing. Without such a bean, the store
 * does not count the records that are left.
 */
@FunctionalInterface
public interface CleanupListener {

	/**
	 * Called once for every run.
	 * @param event what was done
	 */
	void onCleanup(CleanupEvent event);

}
