package io.github.oauth2state;

/**
 * Is told of every removal of expired records from a store that does not drop them by
 * itself. Beans of this type are called on the thread that removes them; what they throw
 * is logged and stops nothing. If there is none, the store is not asked for what it has
 * left.
 */
@FunctionalInterface
public interface CleanupListener {

	/**
	 * Called once for every run.
	 * @param event what was done
	 */
	void onCleanup(CleanupEvent event);

}
