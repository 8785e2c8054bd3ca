package io.github.oauth2state.api;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.ParameterizedType;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Names of types as in source code, with what may be {@code null}.
 */
final class TypeNames {

	private TypeNames() {
	}

	static String of(AnnotatedType[] types) {
		return Arrays.stream(types).map(TypeNames::of).collect(Collectors.joining(", "));
	}

	static String of(AnnotatedType type) {
		String nullable = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
		if (type instanceof AnnotatedArrayType array) {
			return of(array.getAnnotatedGenericComponentType()) + (nullable.isEmpty() ? "" : " " + nullable) + "[]";
		}
		if (type instanceof AnnotatedParameterizedType parameterized) {
			String raw = ((ParameterizedType) parameterized.getType()).getRawType().getTypeName();
			return nullable + shorten(raw) + "<" + of(parameterized.getAnnotatedActualTypeArguments()) + ">";
		}
		if (type instanceof AnnotatedWildcardType wildcard) {
			AnnotatedType[] lower = wildcard.getAnnotatedLowerBounds();
			return (lower.length > 0) ? "? super " + of(lower) : "? extends " + of(wildcard.getAnnotatedUpperBounds());
		}
		return nullable + shorten(type.getType().getTypeName());
	}

	private static String shorten(String name) {
		return (name.matches("java\\.lang\\.\\w+") ? name.substring("java.lang.".length()) : name).replace('$', '.');
	}

}
