package io.github.oauth2state.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.StringUtils;

/**
 * Stops an app that misspells a property of the library. The app would start with the
 * default, which for the percentage of the rollout is everybody. Warns of any other
 * unknown property, as it may belong to a later release.
 * <p>
 * It runs before there are any beans, so that no bean complains first about a property
 * that is missing.
 */
final class UnknownPropertyCheck implements BeanFactoryPostProcessor {

	private static final Log logger = LogFactory.getLog(UnknownPropertyCheck.class);

	private static final Pattern VARIABLE = Pattern.compile("OAUTH2_?STATE_.+", Pattern.CASE_INSENSITIVE);

	/**
	 * Variables that Kubernetes sets for a service whose name begins like the library's.
	 */
	private static final Pattern OF_A_SERVICE = Pattern
		.compile(".*_(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT(_\\d+_\\w+)?)");

	private final ConfigurableEnvironment environment;

	private final KnownProperties known;

	UnknownPropertyCheck(Environment environment, KnownProperties known) {
		this.environment = (ConfigurableEnvironment) environment;
		this.known = known;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (this.known.names().isEmpty()) {
			return;
		}
		List<UnknownProperty> unknown = new ArrayList<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources
			.from(this.environment.getPropertySources())) {
			if (source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource variables) {
				inVariables(source, variables).forEach(unknown::add);
			}
			else if (source instanceof IterableConfigurationPropertySource iterable) {
				in(iterable).forEach(unknown::add);
			}
		}
		List<UnknownProperty> slips = unknown.stream().filter(UnknownProperty::slip).distinct().toList();
		if (!slips.isEmpty()) {
			throw failure(slips);
		}
		if (!unknown.isEmpty()) {
			logger.warn("These properties have no effect, as this release of OAuth2 State does not have them: "
					+ unknown.stream().map(UnknownProperty::toString).distinct().collect(Collectors.joining(", ")));
		}
	}

	private static StartupFailureException failure(List<UnknownProperty> slips) {
		String found = slips.stream()
			.map((property) -> "- " + property.name() + "\n    Origin: " + property.origin())
			.collect(Collectors.joining("\n"));
		String meant = slips.stream()
			.map((property) -> "- " + property.meant() + " in the place of " + property.name())
			.collect(Collectors.joining("\n"));
		return new StartupFailureException(
				"Properties are set that OAuth2 State does not have, so that they would have no effect:\n\n" + found,
				"Set these, if they were meant, or remove the others:\n\n" + meant);
	}

	private Stream<UnknownProperty> in(IterableConfigurationPropertySource source) {
		return source.stream()
			.filter(KnownProperties.PREFIX::isAncestorOf)
			.filter((name) -> !this.known.contains(name))
			.map(source::getConfigurationProperty)
			.filter((property) -> property != null && !isEmptySection(property))
			.map((property) -> this.known.isSection(property.getName()) ? section(property)
					: unknown(property.getName().toString(), origin(property), true));
	}

	/**
	 * An empty section in YAML is a property without a value.
	 */
	private boolean isEmptySection(ConfigurationProperty property) {
		return this.known.isSection(property.getName()) && !StringUtils.hasText(String.valueOf(property.getValue()));
	}

	private static String origin(ConfigurationProperty property) {
		return (property.getOrigin() != null) ? property.getOrigin().toString() : "unknown";
	}

	private UnknownProperty section(ConfigurationProperty property) {
		String within = this.known.names()
			.stream()
			.filter((name) -> property.getName().isAncestorOf(ConfigurationPropertyName.of(name)))
			.collect(Collectors.joining(", "));
		return new UnknownProperty(property.getName().toString(), origin(property), within, true);
	}

	/**
	 * Environment variables can be written in two ways. Variables of other software may
	 * begin like those of the library, so a variable that resembles no property is
	 * ignored.
	 */
	private Stream<UnknownProperty> inVariables(ConfigurationPropertySource source,
			SystemEnvironmentPropertySource variables) {
		return Stream.of(variables.getPropertyNames())
			.filter((variable) -> VARIABLE.matcher(variable).matches())
			.filter((variable) -> !OF_A_SERVICE.matcher(variable).matches() && !isBound(variable, source))
			.map((variable) -> unknown(variable, "System Environment Property \"" + variable + "\"", false))
			.filter((unknown) -> unknown.meant() != null && !isReferredTo(unknown.name()));
	}

	private boolean isBound(String variable, ConfigurationPropertySource source) {
		return this.known.maps().anyMatch((map) -> isEntry(variable, map.toString()))
				|| this.known.names().stream().filter((name) -> isVariable(variable, name)).anyMatch((name) -> {
					ConfigurationProperty property = source
						.getConfigurationProperty(ConfigurationPropertyName.of(name));
					return property != null;
				});
	}

	private static boolean isEntry(String variable, String map) {
		return variable.toUpperCase(Locale.ROOT)
			.startsWith(map.replace('.', '_').replace("-", "").toUpperCase(Locale.ROOT) + "_");
	}

	private static boolean isVariable(String variable, String name) {
		return variable.equalsIgnoreCase(name.replace('.', '_').replace("-", ""))
				|| variable.equalsIgnoreCase(name.replace('.', '_').replace('-', '_'));
	}

	/**
	 * Returns whether a property refers to a variable.
	 */
	private boolean isReferredTo(String variable) {
		return this.environment.getPropertySources()
			.stream()
			.filter((source) -> !(source instanceof SystemEnvironmentPropertySource))
			.filter(EnumerablePropertySource.class::isInstance)
			.flatMap(UnknownPropertyCheck::values)
			.anyMatch((value) -> value.contains("${" + variable));
	}

	private static Stream<String> values(PropertySource<?> source) {
		return Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames())
			.map(source::getProperty)
			.map(String::valueOf);
	}

	private UnknownProperty unknown(String name, String origin, boolean ofTheLibrary) {
		Optional<String> slip = this.known.slipOf(name);
		Optional<String> part = this.known.partOf(name);
		return new UnknownProperty(name, origin, slip.or(() -> part).orElse(null),
				slip.isPresent() || (ofTheLibrary && part.isPresent()));
	}

	/**
	 * A property below {@code oauth2-state} that the library does not have.
	 *
	 * @param name its name as it was given
	 * @param origin where it was given
	 * @param meant the property that was probably meant, if there is one
	 * @param slip whether that is certain enough to stop the app
	 */
	private record UnknownProperty(String name, String origin, @Nullable String meant, boolean slip) {

		/**
		 * Leaves out the value of the property, which may be a key.
		 */
		@Override
		public String toString() {
			return this.name + " (" + this.origin + ")"
					+ ((this.meant != null) ? ": did you mean " + this.meant + "?" : "");
		}

	}

}
