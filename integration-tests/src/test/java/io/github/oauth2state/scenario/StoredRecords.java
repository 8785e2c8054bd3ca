package io.github.oauth2state.scenario;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What is in a real store, seen and changed behind the library's back.
 */
interface StoredRecords {

	/**
	 * Returns the properties of an instance that has its records here.
	 */
	List<String> properties();

	/**
	 * Returns how often the server was called, as it counts itself.
	 */
	int callsDuring(Runnable work);

	/**
	 * Returns how many records take room, expired ones among them.
	 */
	long size();

	long bytes();

	/**
	 * Replaces the content of every record.
	 */
	void rewrite(UnaryOperator<byte[]> change);

	/**
	 * Gives each of two records the content of the other.
	 */
	void swap();

	void expireAll();

	void clear();

}
