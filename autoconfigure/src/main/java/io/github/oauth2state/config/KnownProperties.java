package io.github.oauth2state.config;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.io.UrlResource;

/**
 * The properties of the library, as its configuration metadata lists them. Without the
 * metadata, as in a native image or a repackaged jar, no properties are known.
 */
final class KnownProperties {

	static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("oauth2-state");

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private final Map<ConfigurationPropertyName, Property> properties = new LinkedHashMap<>();

	private KnownProperties(Map<String, Object> metadata) {
		for (Object property : list(metadata.get("properties"))) {
			if (property instanceof Map<?, ?> map && map.get("name") instanceof String name
					&& name.startsWith(PREFIX + ".")) {
				this.properties.put(ConfigurationPropertyName.of(name), new Property(name, text(map, "description"),
						(map.get("defaultValue") != null) ? String.valueOf(map.get("defaultValue")) : null));
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
		return this.properties.containsKey(name);
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
	 * A property.
	 *
	 * @param name its name
	 * @param description what it is for, in one sentence
	 * @param defaultValue its default value, if it has one
	 */
	record Property(String name, String description, @Nullable String defaultValue) {
	}

}
