package io.github.oauth2state.config;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what IDEs and the documentation are told about properties. Whatever property
 * comes later is covered as soon as it is there.
 */
class ConfigurationMetadataTests {

	private static final URL LIBRARY = StateKey.class.getProtectionDomain().getCodeSource().getLocation();

	private static final Map<String, JsonNode> METADATA = readMetadata();

	@Test
	void everyPropertyOfTheLibraryIsListedAndNoOther() {
		List<String> names = properties().map(Property::name).toList();
		assertThat(names).contains("oauth2-state.enabled", "oauth2-state.login.cookie.name")
			.allMatch((name) -> name.startsWith("oauth2-state."));
		assertThat(METADATA.keySet()).filteredOn((name) -> name.startsWith("oauth2-state."))
			.containsExactlyInAnyOrderElementsOf(names);
	}

	@Test
	void everyOtherPropertyIsOneThatTheActuatorHasForItsParts() {
		assertThat(METADATA.keySet()).filteredOn((name) -> !name.startsWith("oauth2-state."))
			.containsExactlyInAnyOrder("management.endpoint.oauth2state.access",
					"management.endpoint.oauth2state.cache.time-to-live", "management.health.oauth2state.enabled");
	}

	@ParameterizedTest
	@MethodSource("properties")
	void propertyHasATypeAndAOneSentenceDescription(Property property) {
		JsonNode metadata = metadata(property.name());
		assertThat(metadata.path("type").asString("")).isNotBlank();
		String description = metadata.path("description").asString("");
		assertThat(description).hasSizeBetween(20, 250)
			.doesNotContain("\n", ". ", "{@", "<", "&", "TODO")
			.matches("[A-Za-z].*");
	}

	@ParameterizedTest
	@MethodSource("properties")
	void propertyHasItsDefaultUnlessItMayBeUnset(Property property) {
		JsonNode metadata = metadata(property.name());
		DefaultValue defaultValue = property.parameter().getAnnotation(DefaultValue.class);
		if (defaultValue != null) {
			assertThat(metadata.path("defaultValue").asString("")).isNotBlank()
				.isEqualTo(String.join(",", defaultValue.value()));
		}
		else {
			assertThat(metadata.has("defaultValue")).isFalse();
			assertThat(property.parameter().getAnnotatedType().isAnnotationPresent(Nullable.class))
				.as("Without a default, it is null unless set")
				.isTrue();
		}
	}

	@ParameterizedTest
	@CsvSource({ "oauth2-state.enabled,java.lang.Boolean,true", "oauth2-state.timeout,java.time.Duration,2s",
			"oauth2-state.login.ttl,java.time.Duration,10m",
			"oauth2-state.login.max-pending-per-browser,java.lang.Integer,8",
			"oauth2-state.login.recovery,java.lang.Boolean,true", "oauth2-state.health.cache,java.time.Duration,5s",
			"oauth2-state.health.down-on-failure,java.lang.Boolean,false",
			"oauth2-state.login.cookie.name,java.lang.String,oauth2-state" })
	void defaultIsTheDocumentedOne(String name, String type, String defaultValue) {
		assertThat(metadata(name).path("type").asString()).isEqualTo(type);
		assertThat(metadata(name).path("defaultValue").asString()).isEqualTo(defaultValue);
	}

	@ParameterizedTest
	@CsvSource({ "oauth2-state.namespace", "oauth2-state.store", "oauth2-state.login.cookie.secure" })
	void whatTheLibraryFindsOutUnlessSetHasNoDefault(String name) {
		assertThat(metadata(name).has("defaultValue")).isFalse();
	}

	@Test
	void valuesOfTheStoreAreThoseOfItsType() {
		assertThat(metadata("oauth2-state.store").path("type").asString()).isEqualTo(StoreType.class.getName());
	}

	@ParameterizedTest
	@MethodSource("properties")
	void propertyIsDocumented(Property property) {
		assertThat(Path.of("../docs/configuration.md")).content().contains("`" + property.name() + "`");
	}

	private static JsonNode metadata(String name) {
		assertThat(METADATA).containsKey(name);
		return METADATA.get(name);
	}

	private static Map<String, JsonNode> readMetadata() {
		try (InputStream input = new URL(LIBRARY, "META-INF/spring-configuration-metadata.json").openStream()) {
			Map<String, JsonNode> properties = new LinkedHashMap<>();
			for (JsonNode property : new JsonMapper().readTree(input).path("properties")) {
				properties.put(property.path("name").asString(), property);
			}
			return properties;
		}
		catch (IOException ex) {
			throw new IllegalStateException("The annotation processor of Spring Boot did not run", ex);
		}
	}

	static Stream<Property> properties() {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
		scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
		List<Property> properties = new ArrayList<>();
		for (BeanDefinition found : scanner.findCandidateComponents(StateKey.class.getPackageName())) {
			Class<?> type = ClassUtils.resolveClassName(found.getBeanClassName(), null);
			if (type.getProtectionDomain().getCodeSource().getLocation().equals(LIBRARY)) {
				addProperties(properties, type.getAnnotation(ConfigurationProperties.class).value(), type);
			}
		}
		return properties.stream();
	}

	private static void addProperties(List<Property> properties, String prefix, Class<?> type) {
		assertThat(type).as("%s is immutable and its properties are documented in one place", type).isRecord();
		Constructor<?> constructor = type.getDeclaredConstructors()[0];
		for (Parameter parameter : constructor.getParameters()) {
			String name = prefix + "." + DataObjectPropertyName.toDashedForm(parameter.getName());
			if (parameter.getType().isRecord()) {
				addProperties(properties, name, parameter.getType());
			}
			else {
				properties.add(new Property(name, parameter));
			}
		}
	}

	/**
	 * A property and the component of a record that it is bound to.
	 */
	record Property(String name, Parameter parameter) {

		@Override
		public String toString() {
			return this.name;
		}

	}

}
