package io.github.oauth2state;

import java.util.List;
import java.util.Random;
import java.util.Set;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every package may know of others, and what no class may do. Rules about packages
 * that are not there yet hold from the day they are.
 */
@AnalyzeClasses(locations = ArchitectureTests.MainClasses.class)
class ArchitectureTests {

	private static final String ROOT = "io.github.oauth2state";

	private static final String STORES = ROOT + ".store.*..";

	@ArchTest
	static final ArchRule apiDependsOnNoOtherPackage = ArchRuleDefinition.noClasses()
		.that()
		.resideInAPackage(ROOT)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".*..")
		.because("who writes a store, a codec or a listener needs the API and nothing else");

	@ArchTest
	static final ArchRule configDependsOnNothingOfOurs = ArchRuleDefinition.noClasses()
		.that()
		.resideInAPackage(ROOT + ".config..")
		.should()
		.dependOnClassesThat(JavaClass.Predicates.resideInAPackage(ROOT + "..")
			.and(JavaClass.Predicates.resideOutsideOfPackage(ROOT + ".config..")))
		.because("every capability is configured by it, so it can know none of them");

	@ArchTest
	static final ArchRule storesDoNotSeeEachOther = SlicesRuleDefinition.slices()
		.matching(ROOT + ".store.(*)..")
		.should()
		.notDependOnEachOther()
		.allowEmptyShould(true)
		.because("an app has the driver of one store only, and the classes of the others must not be loaded");

	@ArchTest
	static final ArchRule nobodySeesAStore = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage(STORES)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(STORES)
		.because("StateStore is all there is to know about a store, also for one that an app brings");

	@ArchTest
	static final ArchRule servletDoesNotSeeReactive = ArchRuleDefinition.noClasses()
		.that()
		.resideInAPackage(ROOT + "..servlet..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + "..reactive..", "reactor..", "org.springframework.web.server..")
		.because("a servlet app need not have the reactive stack on its class path");

	@ArchTest
	static final ArchRule reactiveDoesNotSeeServlet = ArchRuleDefinition.noClasses()
		.that()
		.resideInAPackage(ROOT + "..reactive..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + "..servlet..", "jakarta.servlet..")
		.allowEmptyShould(true)
		.because("a reactive app need not have the servlet API on its class path");

	@ArchTest
	static final ArchRule loginKnowsNoWebStackAndNoStore = ArchRuleDefinition.noClasses()
		.that()
		.resideInAPackage(ROOT + ".login")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("jakarta.servlet..", "reactor..", ROOT + ".store..", ROOT + ".login.*..")
		.because("servlet and reactive apps share it: it says what to store, and they wait for the store in ways of "
				+ "their own");

	@ArchTest
	static final ArchRule onlyMetricsImportsMicrometer = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage(ROOT + ".metrics..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.micrometer..")
		.because("apps without Micrometer must work, and meters are to be found in one place");

	@ArchTest
	static final ArchRule onlyActuateImportsActuator = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage(ROOT + ".actuate..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.boot.actuate..", "org.springframework.boot.health..")
		.because("apps without the Actuator must work");

	@ArchTest
	static final ArchRule onlyTheCircuitImportsResilience4j = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage(ROOT + ".store")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.github.resilience4j..")
		.because("apps without Resilience4j must work");

	@ArchTest
	static final ArchRule onlyItsAdapterImportsOpenFeature = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage(ROOT + ".rollout.openfeature")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("dev.openfeature..")
		.because("apps without OpenFeature must work");

	@ArchTest
	static final ArchRule packagesHaveNoCycles = SlicesRuleDefinition.slices()
		.matching("io.github.(**)")
		.should()
		.beFreeOfCycles()
		.because("a capability is one folder that can be read, or deleted, on its own");

	@ArchTest
	static final ArchRule autoConfigurationsOfferNothing = ArchRuleDefinition.classes()
		.that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL)
		.andShould()
		.haveSimpleNameEndingWith("AutoConfiguration")
		.andShould(haveNoPublicMembers())
		.because("apps may name an auto-configuration to exclude or order it, and may rely on nothing else in it");

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

	@ArchTest
	void everyAutoConfigurationIsRegistered(JavaClasses mainClasses) {
		Set<String> registered = Set
			.copyOf(ImportCandidates.load(AutoConfiguration.class, ArchitectureTests.class.getClassLoader())
				.getCandidates()
				.stream()
				.filter((name) -> name.startsWith(ROOT + "."))
				.toList());
		List<String> present = mainClasses.stream()
			.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
			.map(JavaClass::getName)
			.toList();
		assertThat(present).as("Spring Boot looks nowhere but in AutoConfiguration.imports")
			.containsExactlyInAnyOrderElementsOf(registered);
	}

	private static ArchCondition<JavaClass> haveNoPublicMembers() {
		return new ArchCondition<>("have no public members but the constructor") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				for (JavaMember member : type.getMembers()) {
					if (member.getModifiers().contains(JavaModifier.PUBLIC) && !isDefaultConstructor(member)) {
						events.add(SimpleConditionEvent.violated(member, member.getDescription() + " is public"));
					}
				}
			}

		};
	}

	private static boolean isDefaultConstructor(JavaMember member) {
		return member instanceof JavaConstructor constructor && constructor.getRawParameterTypes().isEmpty();
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

	/**
	 * Where the library's own classes are, however the tests are run.
	 */
	static final class MainClasses implements LocationProvider {

		@Override
		public Set<Location> get(Class<?> testClass) {
			return Set.of(Location.of(StateKey.class.getProtectionDomain().getCodeSource().getLocation()));
		}

	}

}
