package io.github.oauth2state.demo.check;

/**
 * Something that happens to logins or tokens, tried a number of times.
 */
interface Scenario {

	/**
	 * Says what is tried, in a few words.
	 * @return the title
	 */
	String title();

	/**
	 * Tries it.
	 * @param report is told about each attempt
	 * @throws InterruptedException if interrupted
	 */
	void run(Report report) throws InterruptedException;

}
