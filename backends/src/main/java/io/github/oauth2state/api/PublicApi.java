package io.github.oauth2state.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public and protected types and members of a module, as text.
 */
public final class PublicApi {

	/** Every enum and record has these, or everything has. */
	private static final Set<String> UNTOLD = Set.of("values", "valueOf", "equals", "hashCode", "toString");

	private PublicApi() {
	}

	/**
	 * Returns the API of the module that a class is in.
	 * @param type any class of the module
	 * @param included which of its public classes belong to the API
	 * @return a paragraph for each class
	 */
	public static String of(Class<?> type, Predicate<Class<?>> included) {
		return classes(type).filter(PublicApi::isVisible)
			.filter(included)
			.sorted(Comparator.comparing(Class::getName))
			.map(PublicApi::paragraph)
			.collect(Collectors.joining("\n"));
	}

	/**
	 * Writes the API into the folder {@code target} unless it is the approved one.
	 * @param actual the API
	 * @param approved the file that has the approved one
	 * @return what to do if it is not
	 */
	public static String howToApprove(String actual, Path approved) {
		try {
			Path file = Files.createDirectories(Path.of("target")).resolve(approved.getFileName());
			Files.writeString(file, actual);
			return "The public API differs from %s. If that is what you want, copy %s there".formatted(approved,
					file.toAbsolutePath());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Stream<Class<?>> classes(Class<?> type) {
		try {
			Path place = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
			if (Files.isDirectory(place)) {
				return classes(place, type.getClassLoader()).stream();
			}
			try (FileSystem jar = FileSystems.newFileSystem(place)) {
				return classes(jar.getPath("/"), type.getClassLoader()).stream();
			}
		}
		catch (IOException | URISyntaxException ex) {
			throw new IllegalStateException("Cannot list the classes of the module of " + type, ex);
		}
	}

	private static List<Class<?>> classes(Path root, ClassLoader loader) throws IOException {
		try (Stream<Path> files = Files.walk(root)) {
			return files.map((file) -> root.relativize(file).toString().replace('\\', '/'))
				.filter((name) -> name.endsWith(".class") && !name.endsWith("-info.class"))
				.<Class<?>>map((name) -> load(name.substring(0, name.length() - 6).replace('/', '.'), loader))
				.toList();
		}
	}

	private static Class<?> load(String name, ClassLoader loader) {
		try {
			return Class.forName(name, false, loader);
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isVisible(Class<?> type) {
		boolean visible = (type.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
		return visible && (type.getDeclaringClass() == null || isVisible(type.getDeclaringClass()));
	}

	private static String paragraph(Class<?> type) {
		Stream<String> fields = visible(type.getDeclaredFields()).map(PublicApi::field);
		Stream<String> constructors = visible(type.getDeclaredConstructors()).map(PublicApi::constructor);
		Stream<String> methods = visible(type.getDeclaredMethods())
			.filter((method) -> !UNTOLD.contains(method.getName()))
			.map(PublicApi::method);
		return head(type) + "\n"
				+ Stream.of(fields, constructors, methods)
					.flatMap(Stream::sorted)
					.map((line) -> "    " + line + "\n")
					.collect(Collectors.joining());
	}

	private static <M extends Member> Stream<M> visible(M[] members) {
		return Arrays.stream(members)
			.filter((member) -> (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0)
			.filter((member) -> !member.isSynthetic());
	}

	private static String head(Class<?> type) {
		StringBuilder head = new StringBuilder(deprecation(type));
		int without = type.isInterface() ? Modifier.INTERFACE | Modifier.ABSTRACT : 0;
		head.append(modifiers(type.getModifiers() & ~without)).append(type.isSealed() ? "sealed " : "");
		head.append(kind(type))
			.append(' ')
			.append(type.getCanonicalName())
			.append(variables(type.getTypeParameters()).trim());
		AnnotatedType superclass = type.getAnnotatedSuperclass();
		if (superclass != null && !Set.of(Object.class, Record.class).contains(type.getSuperclass())
				&& !type.isEnum()) {
			head.append(" extends ").append(TypeNames.of(superclass));
		}
		if (type.getAnnotatedInterfaces().length > 0 && !type.isAnnotation()) {
			head.append(type.isInterface() ? " extends " : " implements ")
				.append(TypeNames.of(type.getAnnotatedInterfaces()));
		}
		return head.toString();
	}

	private static String kind(Class<?> type) {
		if (type.isAnnotation()) {
			return "@interface";
		}
		if (type.isInterface()) {
			return "interface";
		}
		if (type.isEnum()) {
			return "enum";
		}
		return type.isRecord() ? "record" : "class";
	}

	private static String field(Field field) {
		String text = deprecation(field) + modifiers(field.getModifiers()) + TypeNames.of(field.getAnnotatedType())
				+ " " + field.getName();
		boolean inlined = Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers())
				&& field.getType().isPrimitive();
		try {
			return inlined ? text + " = " + field.get(null) : text;
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String constructor(Constructor<?> constructor) {
		return deprecation(constructor) + modifiers(constructor.getModifiers())
				+ variables(constructor.getTypeParameters()) + constructor.getDeclaringClass().getSimpleName()
				+ parameters(constructor);
	}

	private static String method(Method method) {
		String text = deprecation(method) + modifiers(method.getModifiers() & Modifier.methodModifiers())
				+ (method.isDefault() ? "default " : "") + variables(method.getTypeParameters())
				+ TypeNames.of(method.getAnnotatedReturnType()) + " " + method.getName() + parameters(method);
		return (method.getDefaultValue() != null) ? text + " default " + method.getDefaultValue() : text;
	}

	private static String parameters(Executable executable) {
		AnnotatedType[] thrown = executable.getAnnotatedExceptionTypes();
		return "(" + TypeNames.of(executable.getAnnotatedParameterTypes()) + ")"
				+ ((thrown.length > 0) ? " throws " + TypeNames.of(thrown) : "");
	}

	private static String variables(TypeVariable<?>[] variables) {
		if (variables.length == 0) {
			return "";
		}
		return Arrays.stream(variables)
			.map((variable) -> variable.getName() + " extends " + TypeNames.of(variable.getAnnotatedBounds()))
			.collect(Collectors.joining(", ", "<", "> "));
	}

	private static String modifiers(int modifiers) {
		return (modifiers != 0) ? Modifier.toString(modifiers) + " " : "";
	}

	private static String deprecation(AnnotatedElement element) {
		return element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "";
	}

}
