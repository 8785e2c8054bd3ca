package io.github.oauth2state.tiers;

/**
 * How long the long tests are: the system property {@code scale} multiplies the trials in
 * races, users in crowds, records in tables.
 */
public final class Scale {

	private static final int SCALE = Integer.getInteger("scale", 1);

	private Scale() {
	}

	/**
	 * Returns a number of trials.
	 * @param trials how many are enough to prove it
	 * @return how many to make
	 */
	public static int of(int trials) {
		return trials * SCALE;
	}

}
