package io.github.oauth2state;

import java.util.List;
import java.util.Map;
import java.util.Set;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What apps, Spring Boot and other packages see of a package.
 */
@AnalyzeClasses(locations = MainClasses.class)
class VisibilityTests {

	private static final String ROOT = MainClasses.ROOT;

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
			Map.entry("login.ClientChains", "both web stacks ask it whether a login may be for a client"),
			Map.entry("login.DeploymentWarnings", "both web stacks warn with it"),
			Map.entry("login.ErrorPage", "both web stacks answer with it"),
			Map.entry("login.LoginCallback", "both web stacks finish logins with it"),
			Map.entry("login.LoginNote", "both web stacks record the outcome of a request in it"),
			Map.entry("login.LoginServices", "the filter chains of both web stacks share it"),
			Map.entry("login.LoginSettings", "both web stacks and the Actuator read it"),
			Map.entry("login.LoginStart", "both web stacks start logins with it"),
			Map.entry("login.LostLoginException", "both web stacks recover callbacks by it"),
			Map.entry("login.StoreFailureLog", "both web stacks log with it that the store did not answer"),
			Map.entry("login.PendingLogins", "both web stacks start logins with it"));

	private static final int MAX_PUBLIC_TYPES = 40;

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
	void everyAutoConfigurationIsRegistered(JavaClasses mainClasses) {
		Set<String> registered = Set
			.copyOf(ImportCandidates.load(AutoConfiguration.class, VisibilityTests.class.getClassLoader())
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

}
