package io.github.oauth2state.benchmarks.report;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The middle of some measurements, and how far they are apart.
 *
 * @param lower a quarter of them is below this
 * @param median a half of them is below this
 * @param upper three quarters of them are below this
 */
public record Quartiles(double lower, double median, double upper) {

	/**
	 * Sorts measurements.
	 * @param values the measurements
	 * @return their quartiles, not numbers if there is no measurement
	 */
	public static Quartiles of(long... values) {
		return of(Arrays.stream(values).asDoubleStream().toArray());
	}

	/**
	 * Sorts measurements.
	 * @param values the measurements
	 * @return their quartiles, not numbers if there is no measurement
	 */
	public static Quartiles of(double... values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
	}

	/**
	 * Divides measurements by others.
	 * @param <T> the type of a measurement
	 * @param own the measurements, one of each round
	 * @param others what was measured of something else in the same rounds
	 * @param value what to divide
	 * @return the quartiles of the ratios of all rounds
	 */
	public static <T> Quartiles ofRatios(List<T> own, List<T> others, ToDoubleFunction<? super T> value) {
		return of(IntStream.range(0, own.size())
			.mapToDouble((i) -> value.applyAsDouble(own.get(i)) / value.applyAsDouble(others.get(i)))
			.toArray());
	}

	/**
	 * Returns the median, and the other quartiles in parentheses.
	 */
	@Override
	public String toString() {
		return "%s (%s–%s)".formatted(Table.number(this.median), Table.number(this.lower), Table.number(this.upper));
	}

	private static double at(double[] sorted, double part) {
		if (sorted.length == 0) {
			return Double.NaN;
		}
		double position = part * (sorted.length - 1);
		int below = (int) position;
		int above = Math.min(below + 1, sorted.length - 1);
		return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
	}

}
