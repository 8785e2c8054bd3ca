package io.github.oauth2state.fuzz;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Tries a property on random inputs, each made from a seed of its own. A failure names
 * the seed, and with {@code -Dfuzz.seed} its input is the first to be tried.
 */
public final class Fuzz {

	private static final int TRIES = Integer.getInteger("fuzz.tries", 3000);

	private Fuzz() {
	}

	public static void tries(Consumer<SplittableRandom> property) {
		long first = Objects.requireNonNullElseGet(Long.getLong("fuzz.seed"), new SplittableRandom()::nextLong);
		for (long seed = first; seed != first + TRIES; seed++) {
			try {
				property.accept(new SplittableRandom(seed));
			}
			catch (RuntimeException | Error ex) {
				throw new AssertionError("Fails again with -Dfuzz.seed=%d: %s".formatted(seed, ex), ex);
			}
		}
	}

}
