package io.github.oauth2state;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/**
 * What every package may know of others. Rules about packages that are not there yet hold
 * from the day they are.
 */
@AnalyzeClasses(locations = MainClasses.class)
class ArchitectureTests {

	private static final String ROOT = MainClasses.ROOT;

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
	void packagesHaveNoCycles(JavaClasses mainClasses) {
		SlicesRuleDefinition.slices()
			.matching("io.github.(**)")
			.should()
			.beFreeOfCycles()
			.because("a capability is one folder that can be read, or deleted, on its own")
			.check(mainClasses);
	}

}
