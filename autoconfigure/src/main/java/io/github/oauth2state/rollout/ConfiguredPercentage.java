package io.github.oauth2state.rollout;

/**
 * A percentage that nobody changes.
 *
 * @param configured the percentage
 */
record ConfiguredPercentage(Percentage configured) implements RolloutPercentage {

	@Override
	public Percentage current() {
		return this.configured;
	}

}
