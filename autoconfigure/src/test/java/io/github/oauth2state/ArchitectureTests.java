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
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
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

	/**
	 * The types outside the API that are public, each with its reason. Apps do not use
	 * them.
	 */
	private static final Map<String, String> PUBLIC_TYPES = Map.ofEntries(
			Map.entry("config.ConditionalOnOAuth2State", "every auto-configuration has this condition"),
			Map.entry("config.OAuth2StateSettings", "namespace, timeout and store concern every capability"),
			Map.entry("config.PropertyCheck", "every capability checks its properties with it"),
			Map.entry("config.StartupFailureException", "stores, keys and tokens stop the app with it"),
			Map.entry("support.SafeLog", "logins, refreshes and the rollout write lines with it that requests cause"),
			Map.entry("support.PeriodicTask",
					"stores, the rollout and authorization servers run tasks at intervals with it"),
			Map.entry("web.BrowserRequest", "logins and the rollout see a request as this"),
			Map.entry("web.CookieSettings", "logins and the rollout set cookies with it"),
			Map.entry("record.Base64Url", "cookies and records have texts in it"),
			Map.entry("record.Sha256", "logins and tokens name things by digests"),
			Map.entry("record.CborRecord", "tokens and refreshes write their records with it"),
			Map.entry("record.CborValues", "the codec of authorization requests writes values with it"),
			Map.entry("record.Keyring", "logins, tokens and the rollout have keys"),
			Map.entry("record.Seal", "logins, tokens, refreshes and the rollout seal with it"),
			Map.entry("store.ConditionalOnStore", "each store has this condition"),
			Map.entry("store.ConfiguredStore",
					"stores are beans of this type, and tokens, refreshes and the rollout look for them"),
			Map.entry("store.NonBlockingStore", "the stores that need no thread for a call implement it"),
			Map.entry("store.ReactiveStores",
					"reactive logins, tokens, refreshes and logout have their stores from it"),
			Map.entry("store.SessionIndex", "the stores have it, and logout finds sessions by it"),
			Map.entry("store.StoreCircuit", "logins ask it, and the Actuator and metrics show it"),
			Map.entry("rollout.Rollout", "logins ask it, and the Actuator and metrics show its percentage"),
			Map.entry("tokens.RefusalHandler", "refreshes tell it of a refusal, and logout ends the session"),
			Map.entry("tokens.ReactiveRefusalHandler",
					"reactive refreshes tell it of a refusal, and logout ends the session"),
			Map.entry("logout.UserSessions", "the Actuator ends sessions with it"),
			Map.entry("tokens.TokenLogout", "logout removes tokens with it"),
			Map.entry("tokens.TokenLineage", "refreshes recognize tokens of the same user by it"),
			Map.entry("web.WebExchange", "logins see a request and its answer as this on any web stack"),
			Map.entry("login.AuxiliaryCookies", "both web stacks set these cookies"),
			Map.entry("login.CallbackCheck", "both web stacks ask it whether a callback is refused"),
			Map.entry("login.DeploymentWarnings", "both web stacks warn with it"),
			Map.entry("login.ErrorPage", "both web stacks answer with it"),
			Map.entry("login.LoginCallback", "both web stacks finish logins with it"),
			Map.entry("login.LoginNote", "both web stacks note in it what becomes of a request"),
			Map.entry("login.LoginServices", "the filter chains of both web stacks share it"),
			Map.entry("login.LoginSettings", "both web stacks and the Actuator read it"),
			Map.entry("login.LoginStart", "both web stacks start logins with it"),
			Map.entry("login.LostLoginException", "both web stacks recover callbacks by it"),
			Map.entry("login.StoreFailureLog", "both web stacks log with it that the store did not answer"),
			Map.entry("login.PendingLogins", "both web stacks start logins with it"));

	private static final int MAX_PUBLIC_TYPES = 40;

	private static final int MAX_LINES = 250;

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
	static final ArchRule everyArrowGoesDown = Architectures.layeredArchitecture()
		.consideringOnlyDependenciesInLayers()
		.layer("api")
		.definedBy(ROOT)
		.layer("config")
		.definedBy(ROOT + ".config..")
		.layer("support")
		.definedBy(ROOT + ".support..")
		.layer("web")
		.definedBy(ROOT + ".web..")
		.layer("record")
		.definedBy(ROOT + ".record..")
		.layer("store")
		.definedBy(ROOT + ".store..")
		.layer("rollout")
		.definedBy(ROOT + ".rollout..")
		.layer("tokens")
		.definedBy(ROOT + ".tokens..")
		.layer("login")
		.definedBy(ROOT + ".login")
		.layer("servlet login")
		.definedBy(ROOT + ".login.servlet..")
		.optionalLayer("reactive login")
		.definedBy(ROOT + ".login.reactive..")
		.layer("refresh")
		.definedBy(ROOT + ".refresh..")
		.layer("logout")
		.definedBy(ROOT + ".logout..")
		.layer("authorization server")
		.definedBy(ROOT + ".authorizationserver..")
		.layer("metrics")
		.definedBy(ROOT + ".metrics..")
		.layer("actuate")
		.definedBy(ROOT + ".actuate..")
		.whereLayer("config")
		.mayNotAccessAnyLayer()
		.whereLayer("support")
		.mayNotAccessAnyLayer()
		.whereLayer("web")
		.mayNotAccessAnyLayer()
		.whereLayer("record")
		.mayOnlyAccessLayers("api", "config", "support")
		.whereLayer("store")
		.mayOnlyAccessLayers("api", "config", "support", "record")
		.whereLayer("rollout")
		.mayOnlyAccessLayers("api", "config", "support", "web", "record", "store")
		.whereLayer("tokens")
		.mayOnlyAccessLayers("api", "config", "support", "record", "store")
		.whereLayer("login")
		.mayOnlyAccessLayers("api", "config", "support", "web", "record", "store", "rollout")
		.whereLayer("servlet login")
		.mayOnlyAccessLayers("api", "config", "support", "web", "record", "store", "rollout", "login")
		.whereLayer("reactive login")
		.mayOnlyAccessLayers("api", "config", "support", "web", "record", "store", "rollout", "login")
		.whereLayer("refresh")
		.mayOnlyAccessLayers("api", "config", "support", "record", "store", "tokens")
		.whereLayer("logout")
		.mayOnlyAccessLayers("api", "config", "support", "record", "store", "tokens")
		.whereLayer("authorization server")
		.mayOnlyAccessLayers("api", "config", "support", "record", "store")
		.whereLayer("metrics")
		.mayNotBeAccessedByAnyLayer()
		.whereLayer("actuate")
		.mayNotBeAccessedByAnyLayer()
		.because("a capability can then be understood without those above it");

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
		.haveNameNotMatching(ROOT.replace(".", "\\.") + "\\.rollout\\.OpenFeature.*")
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

	@ArchTest
	void typesOutsideTheApiArePublicForAReasonOnly(JavaClasses mainClasses) {
		List<String> present = mainClasses.stream()
			.filter((type) -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
			.filter((type) -> !type.getPackageName().equals(ROOT) && !type.isAnnotatedWith(AutoConfiguration.class))
			.map((type) -> type.getName().substring(ROOT.length() + 1))
			.toList();
		assertThat(present).as("A package hides what no other one uses")
			.containsExactlyInAnyOrderElementsOf(PUBLIC_TYPES.keySet())
			.hasSizeLessThanOrEqualTo(MAX_PUBLIC_TYPES);
	}

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
