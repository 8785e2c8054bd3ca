package io.github.oauth2state.config;

import java.util.function.Predicate;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Checks the value of one configuration property. Spring Boot turns the exception that it
 * throws into a failure analysis that names the property, where it was set, and the fix.
 *
 * @param <T> the type of the value
 * @param name the name of the property
 * @param value its value
 */
public record PropertyCheck<T>(String name, T value) {

	/**
	 * Begins a check.
	 * @param <T> the type of the value
	 * @param name the name of the property
	 * @param value its value
	 * @return the check
	 */
	public static <T> PropertyCheck<T> of(String name, T value) {
		return new PropertyCheck<>(name, value);
	}

	/**
	 * Requires the value to meet a condition.
	 * @param condition the condition
	 * @param fix which values are allowed, as a sentence
	 * @return the value
	 * @throws InvalidConfigurationPropertyValueException if the condition is not met
	 */
	public T must(Predicate<? super T> condition, String fix) {
		if (!condition.test(this.value)) {
			throw new InvalidConfigurationPropertyValueException(this.name, this.value, fix);
		}
		return this.value;
	}

	/**
	 * Requires the value to lie in a range.
	 * @param <C> the type of the value
	 * @param min the least allowed value
	 * @param max the greatest allowed value
	 * @param fix which values are allowed, as a sentence
	 * @return the value
	 * @throws InvalidConfigurationPropertyValueException if the value is out of range
	 */
	public <C extends Comparable<? super T>> T between(C min, C max, String fix) {
		return must((given) -> min.compareTo(given) <= 0 && max.compareTo(given) >= 0, fix);
	}

}
