package io.github.oauth2state.config;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the property that was probably meant by a name that does not exist. Case, dashes,
 * dots and underscores make no difference.
 */
final class SimilarNames {

	private static final int SHORTEST_ABBREVIATION = 3;

	private static final int SAME_BEGINNING = 4;

	private final List<String> names;

	SimilarNames(List<String> names) {
		this.names = List.copyOf(names);
	}

	/**
	 * Returns the property that a name misspells: a few letters differ, the name is cut
	 * or longer, or its last part begins in the same way.
	 * @param name a name below the prefix
	 * @return the property, if there is one
	 */
	Optional<String> slipOf(String name) {
		String given = letters(name);
		return nearest(given, this.names.stream().filter((known) -> isSlip(given, known)).toList());
	}

	/**
	 * Returns the property that a name is the last part of.
	 * @param name a name below the prefix
	 * @return the property, if there is one
	 */
	Optional<String> partOf(String name) {
		String given = letters(name);
		return nearest(given, this.names.stream().filter((known) -> isPart(given, known)).toList());
	}

	private static Optional<String> nearest(String given, List<String> names) {
		return names.stream().min(Comparator.comparingInt((known) -> distance(given, letters(known))));
	}

	private static boolean isSlip(String given, String name) {
		String known = letters(name);
		int section = letters(name.substring(0, name.lastIndexOf('.'))).length();
		boolean cut = known.startsWith(given) && given.length() >= section + SHORTEST_ABBREVIATION;
		boolean begunAlike = given.startsWith(known.substring(0, Math.min(known.length(), section + SAME_BEGINNING)))
				&& distance(given, known) <= (known.length() - section) / 2;
		return cut || begunAlike || given.startsWith(known)
				|| distance(given, known) <= ((known.length() < 12) ? 2 : 3);
	}

	private static boolean isPart(String given, String known) {
		for (int dot = known.indexOf('.'); dot >= 0; dot = known.indexOf('.', dot + 1)) {
			if (letters(known.substring(dot)).equals(given)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns the letters and digits of a name, without the prefix.
	 */
	private static String letters(String name) {
		String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
		return letters.startsWith("oauth2state") ? letters.substring("oauth2state".length()) : letters;
	}

	/**
	 * Counts letters to add, to remove, to replace, or to swap with their neighbours.
	 */
	private static int distance(String a, String b) {
		int[][] distance = new int[a.length() + 1][b.length() + 1];
		for (int i = 0; i <= a.length(); i++) {
			for (int j = 0; j <= b.length(); j++) {
				distance[i][j] = (i == 0 || j == 0) ? i + j : step(distance, a, b, i, j);
			}
		}
		return distance[a.length()][b.length()];
	}

	private static int step(int[][] distance, String a, String b, int i, int j) {
		int different = (a.charAt(i - 1) != b.charAt(j - 1)) ? 1 : 0;
		int least = Math.min(distance[i - 1][j - 1] + different, Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
		boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
		return swapped ? Math.min(least, distance[i - 2][j - 2] + 1) : least;
	}

}
