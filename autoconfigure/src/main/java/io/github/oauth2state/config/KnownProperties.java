package io.github.oauth2state.config;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.io.UrlResource;
import org.springframework.util.StringUtils;

/**
 * The properties of the library, as its configuration metadata lists them. Without the
 * metadata, as in a native image or a repackaged jar, no properties are known.
 * <p>
 * Finds the property that was probably meant by a name that does not exist. Case, dashes,
 * dots and underscores make no difference.
 */
final class KnownProperties {

	static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("oauth2-state");

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final int SHORTEST_ABBREVIATION = 3;

	private static final int SAME_BEGINNING = 4;

	private final Map<ConfigurationPropertyName, Property> properties = new LinkedHashMap<>();

	KnownProperties(Map<String, Object> metadata) {
		for (Object property : list(metadata.get("properties"))) {
			if (property instanceof Map<?, ?> map && map.get("name") instanceof String name
					&& name.startsWith(PREFIX + ".")) {
				this.properties.put(ConfigurationPropertyName.of(name),
						new Property(name, text(map, "description"),
								(map.get("defaultValue") != null) ? String.valueOf(map.get("defaultValue")) : null,
								text(map, "type").startsWith(Map.class.getName())));
			}
		}
	}

	/**
	 * Reads the metadata in the library's own jar only.
	 */
	static KnownProperties read() {
		String self = KnownProperties.class.getName().replace('.', '/') + ".class";
		URL location = KnownProperties.class.getClassLoader().getResource(self);
		if (location == null || !location.toString().endsWith(self)) {
			return new KnownProperties(Map.of());
		}
		String root = location.toString().substring(0, location.toString().length() - self.length());
		try (InputStream metadata = new UrlResource(root + METADATA).getInputStream()) {
			return new KnownProperties(JsonParserFactory.getJsonParser()
				.parseMap(new String(metadata.readAllBytes(), StandardCharsets.UTF_8)));
		}
		catch (IOException | JsonParseException ex) {
			return new KnownProperties(Map.of());
		}
	}

	private static List<?> list(@Nullable Object value) {
		return (value instanceof List<?> list) ? list : List.of();
	}

	private static String text(Map<?, ?> map, String key) {
		return (map.get(key) instanceof String text) ? text : "";
	}

	boolean contains(ConfigurationPropertyName name) {
		return this.properties.containsKey(name) || maps().anyMatch((map) -> map.isAncestorOf(name));
	}

	/**
	 * Returns the names of the properties whose entries have names of the app's choice.
	 */
	Stream<ConfigurationPropertyName> maps() {
		return this.properties.entrySet()
			.stream()
			.filter((property) -> property.getValue().map())
			.map(Map.Entry::getKey);
	}

	Optional<Property> find(ConfigurationPropertyName name) {
		return Optional.ofNullable(this.properties.get(name));
	}

	/**
	 * Tells whether a name is that of a section that has properties.
	 */
	boolean isSection(ConfigurationPropertyName name) {
		return this.properties.keySet().stream().anyMatch(name::isAncestorOf);
	}

	List<String> names() {
		return this.properties.values().stream().map(Property::name).toList();
	}

	/**
	 * Returns the property that a name misspells: a few letters differ, the name is cut
	 * or longer, or its last part begins in the same way.
	 * @param name a name below the prefix
	 * @return the property, if there is one
	 */
	Optional<String> slipOf(String name) {
		String given = letters(name);
		return nearest(given,
				this.properties.values()
					.stream()
					.filter((known) -> isSlip(given, known.name()) && (!known.map() || isBelow(name, known.name())))
					.map(Property::name)
					.toList());
	}

	/**
	 * Tells whether a name has more parts than that of a property, as an entry has.
	 */
	private static boolean isBelow(String name, String property) {
		return StringUtils.countOccurrencesOf(name, ".") > StringUtils.countOccurrencesOf(property, ".");
	}

	/**
	 * Returns the property that a name is the last part of.
	 * @param name a name below the prefix
	 * @return the property, if there is one
	 */
	Optional<String> partOf(String name) {
		String given = letters(name);
		return nearest(given, names().stream().filter((known) -> isPart(given, known)).toList());
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

	/**
	 * A property.
	 *
	 * @param name its name
	 * @param description what it is for, in one sentence
	 * @param defaultValue its default value, if it has one
	 * @param map whether it has entries
	 */
	record Property(String name, String description, @Nullable String defaultValue, boolean map) {
	}

}
