package io.github.oauth2state.benchmarks.growth;

import io.github.oauth2state.benchmarks.store.Calls;

/**
 * A store with many records, whose keys are {@link NumberedKeys} from 1 on.
 */
interface FilledStore extends AutoCloseable {

	Calls calls();

	/**
	 * Returns how many bytes the server needs for a record, as filled.
	 */
	double bytesPerRecord();

	/**
	 * Has the server do now what it would do at some time during a measurement.
	 */
	void settle();

	@Override
	void close();

}
