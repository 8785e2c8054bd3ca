package io.github.oauth2state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.GeneralCodingRules;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What no class may do, wherever it is.
 */
@AnalyzeClasses(locations = MainClasses.class)
class CodingRulesTests {

	private static final int MAX_LINES = 250;

	@ArchTest
	static final ArchRule nothingIsSerializedByJava = ArchRuleDefinition.noClasses()
		.should()
		.dependOnClassesThat()
		.haveNameMatching("java\\.io\\.Object(Input|Output)Stream")
		.because("bytes from a store must never choose which classes are created");

	@ArchTest
	static final ArchRule randomnessIsSecure = ArchRuleDefinition.noClasses()
		.should()
		.dependOnClassesThat()
		.haveFullyQualifiedName(Random.class.getName())
		.orShould()
		.callMethod(Math.class, "random")
		.because("what it yields can be predicted, and whatever is random here may become a secret");

	@ArchTest
	static final ArchRule nobodyWritesToTheConsole = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS
		.because("the app decides where its log goes");

	@ArchTest
	static final ArchRule nothingIsInjectedByAnnotation = ArchRuleDefinition.members()
		.should(notBeAnnotatedForInjection())
		.because("dependencies are parameters of bean methods and constructors, which tests can call");

	@ArchTest
	static final ArchRule everyPackageIsNullMarked = ArchRuleDefinition.classes()
		.should(resideInANullMarkedPackage())
		.because("a missing package-info.java would switch off the checks for null in its whole package");

	/**
	 * A nested type is read with the one around it.
	 */
	@ArchTest
	void noTypeHasTheNameOfAnother(JavaClasses mainClasses) {
		Map<String, List<JavaClass>> byName = mainClasses.stream()
			.filter((type) -> !type.isAnonymousClass() && !type.getSimpleName().equals("package-info"))
			.collect(Collectors.groupingBy(JavaClass::getSimpleName));
		assertThat(byName.values()).as("A name tells which type is meant")
			.noneMatch((types) -> types.size() > 1 && types.stream().anyMatch(JavaClass::isTopLevelClass));
	}

	@Test
	void noFileIsTooLongToBeReadAtOnce() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("../autoconfigure/src/main/java"))) {
			assertThat(files.filter((file) -> file.toString().endsWith(".java") && lines(file) > MAX_LINES)
				.map((file) -> file.getFileName().toString())).isEmpty();
		}
	}

	private static long lines(Path file) {
		try (Stream<String> lines = Files.lines(file)) {
			return lines.count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static ArchCondition<JavaMember> notBeAnnotatedForInjection() {
		Set<String> names = Set.of("org.springframework.beans.factory.annotation.Autowired", "jakarta.inject.Inject",
				"jakarta.annotation.Resource", "javax.inject.Inject", "javax.annotation.Resource");
		DescribedPredicate<JavaAnnotation<?>> injection = DescribedPredicate.describe("for injection",
				(annotation) -> names.contains(annotation.getRawType().getName()));
		String value = "org.springframework.beans.factory.annotation.Value";
		return new ArchCondition<>("not be annotated for injection") {

			@Override
			public void check(JavaMember member, ConditionEvents events) {
				if (member.isAnnotatedWith(injection) || member.isAnnotatedWith(value)) {
					events.add(SimpleConditionEvent.violated(member, member.getDescription() + " is injected"));
				}
			}

		};
	}

	private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
		return new ArchCondition<>("reside in a package that is @NullMarked") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
					events.add(SimpleConditionEvent.violated(type,
							"Package of " + type.getDescription() + " is not @NullMarked"));
				}
			}

		};
	}

}
