package io.github.oauth2state.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.util.ClassUtils;

/**
 * Explains which values a property of the library accepts, if Spring Boot cannot convert
 * the given one. Runs before the analyzer of Spring Boot, which names types and
 * exceptions.
 */
class UnreadableValueFailureAnalyzer extends AbstractFailureAnalyzer<BindException> implements Ordered {

	@Override
	public int getOrder() {
		return 0;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		Throwable conversion = cause.getCause();
		Class<?> type = cause.getTarget().getType().resolve();
		if (!KnownProperties.PREFIX.isAncestorOf(cause.getName()) || type == null || type == String.class
				|| !(conversion instanceof ConversionFailedException
						|| conversion instanceof ConverterNotFoundException)) {
			return null;
		}
		Optional<KnownProperties.Property> property = KnownProperties.read().find(cause.getName());
		String name = property.map(KnownProperties.Property::name).orElse(cause.getName().toString());
		String purpose = property.map(KnownProperties.Property::description)
			.filter((description) -> !description.isEmpty())
			.map((description) -> "\n\nThe property says " + Character.toLowerCase(description.charAt(0))
					+ description.substring(1) + (description.endsWith(".") ? "" : "."))
			.orElse("");
		String example = property.map(KnownProperties.Property::defaultValue).orElseGet(() -> example(type));
		return new FailureAnalysis(
				"The value of the property %s cannot be read%s".formatted(name, given(cause.getProperty())),
				"Use %s, for example %s=%s%s".formatted(expected(type), name, example, purpose), cause);
	}

	private static String given(@Nullable ConfigurationProperty property) {
		if (property == null) {
			return ".";
		}
		String origin = (property.getOrigin() != null) ? "\n    Origin: " + property.getOrigin() : "";
		return ":\n\n    Value: \"" + property.getValue() + "\"" + origin;
	}

	private static String expected(Class<?> type) {
		if (type == Duration.class) {
			return "a number with a unit, which is one of ms, s, m, h and d";
		}
		if (type.isEnum()) {
			return "one of " + Arrays.stream(type.getEnumConstants())
				.map(UnreadableValueFailureAnalyzer::dashed)
				.collect(Collectors.joining(", "));
		}
		Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(type);
		if (boxed == Boolean.class) {
			return "true or false";
		}
		if (boxed == BigDecimal.class || boxed == Double.class) {
			return "a number without a unit";
		}
		return (boxed == Integer.class) ? "a whole number" : "a value of type " + type.getName();
	}

	private static String example(Class<?> type) {
		if (type.isEnum()) {
			return dashed(type.getEnumConstants()[0]);
		}
		return (type == Duration.class) ? "2m" : "true";
	}

	private static String dashed(Object constant) {
		return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
