package io.github.oauth2state.support;

import java.lang.reflect.Field;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.util.ReflectionUtils;

/**
 * A private field without a getter that has to be read by reflection.
 *
 * @param type the class that declares it
 * @param name its name
 */
public record PrivateField(Class<?> type, String name) {

	/**
	 * Reads the field.
	 * @param target the object whose field it is, or {@code null} if it is static
	 * @return its value
	 * @throws IllegalStateException if this version of the class has no such field
	 */
	public @Nullable Object read(@Nullable Object target) {
		Field field = find();
		if (field == null) {
			throw new IllegalStateException(this.type.getName() + " has no field " + this.name);
		}
		ReflectionUtils.makeAccessible(field);
		return ReflectionUtils.getField(field, target);
	}

	/**
	 * Keeps the field in a native image.
	 * @param hints the hints of the image
	 */
	public void register(RuntimeHints hints) {
		Field field = find();
		if (field != null) {
			hints.reflection().registerField(field);
		}
	}

	private @Nullable Field find() {
		return ReflectionUtils.findField(this.type, this.name);
	}

}
