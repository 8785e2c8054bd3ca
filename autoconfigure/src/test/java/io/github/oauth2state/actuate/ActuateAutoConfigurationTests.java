package io.github.oauth2state.actuate;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.logout.UserSessions;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ActuateAutoConfiguration}.
 */
class ActuateAutoConfigurationTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=oauth2state";

	private static final AutoConfigurations LIBRARY = AutoConfigurations.of(OAuth2StateAutoConfiguration.class,
			LoginAutoConfiguration.class, RolloutAutoConfiguration.class, StateStoreAutoConfiguration.class,
			ActuateAutoConfiguration.class);

	private final SwitchableStore store = new SwitchableStore();

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withBean("store", StateStore.class, () -> this.store)
		.withConfiguration(LIBRARY)
		.withConfiguration(AutoConfigurations.of(HealthContributorRegistryAutoConfiguration.class));

	private final WebApplicationContextRunner webApp = new WebApplicationContextRunner()
		.withBean("store", StateStore.class, () -> this.store)
		.withConfiguration(LIBRARY)
		.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class));

	@Test
	void endpointIsAtItsPathWhereItIsExposed() {
		this.webApp.withPropertyValues(EXPOSED).run((context) -> {
			assertThat(context).hasSingleBean(OAuth2StateEndpoint.class);
			assertThat(context.getBean(PathMappedEndpoints.class).getAllPaths())
				.containsExactly("/actuator/oauth2state");
			assertThat(context.getBean(OAuth2StateEndpoint.class).describe().store().type()).isEqualTo("switchable");
		});
	}

	@Test
	void endpointCountsAndIsToldOfCleanups() {
		this.webApp.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(CleanupListener.class)
				.hasSingleBean(CodeListener.class)
				.hasSingleBean(LogoutListener.class)
				.getBeans(LoginListener.class)
				.containsKey("oauth2StateActivityRecorder"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "unexposed=true", EXPOSED + ";management.endpoint.oauth2state.access=NONE",
			EXPOSED + ";management.endpoints.access.default=NONE", EXPOSED + ";oauth2-state.enabled=false",
			"management.endpoints.web.exposure.include=*;management.endpoints.web.exposure.exclude=oauth2state" })
	void endpointThatNobodyCanReachCostsNothing(String properties) {
		this.webApp.withPropertyValues(properties.split(";"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(OAuth2StateEndpoint.class)
				.doesNotHaveBean(ActivityRecorder.class)
				.doesNotHaveBean(CleanupListener.class));
	}

	@Test
	void endpointMayBeExposedReadOnly() {
		this.webApp.withPropertyValues(EXPOSED, "management.endpoint.oauth2state.access=READ_ONLY")
			.run((context) -> assertThat(context).hasSingleBean(OAuth2StateEndpoint.class));
	}

	@Test
	void sessionsAreEndedByTheBeanThatKnowsThem() {
		this.webApp.withPropertyValues(EXPOSED)
			.withBean(UserSessions.class, () -> (registrationId, subject) -> subject.length())
			.run((context) -> assertThat(context.getBean(OAuth2StateEndpoint.class)
				.endSessions("sessions", "idp", "alice", SecurityContext.NONE)
				.getBody()).isEqualTo(new SessionsOperation.Ended("ended", 5)));
	}

	@Test
	void sessionsAreNotEndedWhereNoBeanKnowsThem() {
		this.webApp.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context.getBean(OAuth2StateEndpoint.class)
				.endSessions("sessions", "idp", "alice", SecurityContext.NONE)
				.getStatus()).isEqualTo(400));
	}

	@Test
	void operatorsWhoEndSessionsAreAudited() {
		AuditEventRepository audit = new InMemoryAuditEventRepository();
		this.webApp.withPropertyValues(EXPOSED)
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(AuditEventRepository.class, () -> audit)
			.withBean(UserSessions.class, () -> (registrationId, subject) -> 2)
			.run((context) -> {
				context.getBean(OAuth2StateEndpoint.class)
					.endSessions("sessions", "idp", "alice", SecurityContext.NONE);
				assertThat(audit.find(null, null, "OAUTH2_STATE_END_SESSIONS")).singleElement()
					.satisfies((event) -> assertThat(event.getData()).containsEntry("subject", "alice"));
			});
	}

	@ParameterizedTest
	@CsvSource({ "UNRESTRICTED,true", "READ_ONLY,false", "unset,false" })
	void jmxHasTheOperationIfTheEndpointIsWritable(String access, boolean writable) {
		this.app
			.withConfiguration(AutoConfigurations.of(JmxAutoConfiguration.class, EndpointAutoConfiguration.class,
					JmxEndpointAutoConfiguration.class))
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=oauth2state",
					access.equals("unset") ? "unset=true" : "management.endpoint.oauth2state.access=" + access)
			.withBean(UserSessions.class, () -> (registrationId, subject) -> 2)
			.run((context) -> {
				MBeanServer server = context.getBean(MBeanServer.class);
				ObjectName name = server
					.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,name=Oauth2state,*"), null)
					.iterator()
					.next();
				assertThat(server.getMBeanInfo(name).getOperations()).extracting(MBeanOperationInfo::getName)
					.contains("describe")
					.matches((operations) -> operations.contains("endSessions") == writable);
				if (writable) {
					assertThat(server.invoke(name, "endSessions", new Object[] { "sessions", "idp", "alice" },
							new String[] { "java.lang.String", "java.lang.String", "java.lang.String" }))
						.asString()
						.contains("outcome=ended", "sessions=2");
				}
			});
	}

	@Test
	void healthIsRegisteredByItsName() {
		this.app
			.run((context) -> assertThat(context.getBean(HealthContributorRegistry.class).getContributor("oauth2State"))
				.isSameAs(context.getBean("oauth2StateHealthContributor")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.health.oauth2state.enabled=false", "management.health.defaults.enabled=false",
			"oauth2-state.enabled=false" })
	void healthCanBeTurnedOff(String property) {
		this.app.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StoreHealthIndicator.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "oauth2-state.store=cookie", "oauth2-state.store=memory" })
	void healthGroupMayNameItWhateverTheStore(String store) {
		new ApplicationContextRunner().withConfiguration(LIBRARY)
			.withConfiguration(AutoConfigurations.of(MemoryStateStoreAutoConfiguration.class,
					HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
					HealthEndpointAutoConfiguration.class, EndpointAutoConfiguration.class))
			.withPropertyValues(store, "oauth2-state.cookie.keys=one:p2YxZ0X7c3O2m1Q9bT4s6R8vU5wE0yA3dF7gH2jK4lM",
					"management.endpoint.health.group.readiness.include=oauth2State",
					"management.endpoints.web.exposure.include=*")
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(HealthEndpoint.class)
				.extracting((endpoint) -> endpoint.healthForPath("readiness"))
				.extracting(HealthDescriptor::getStatus)
				.isEqualTo(Status.UP));
	}

	@Test
	void healthOfCookiesSaysThatThereIsNoServer() {
		new ApplicationContextRunner().withConfiguration(LIBRARY)
			.withPropertyValues("oauth2-state.store=cookie",
					"oauth2-state.cookie.keys=one:p2YxZ0X7c3O2m1Q9bT4s6R8vU5wE0yA3dF7gH2jK4lM")
			.run((context) -> assertThat(context.getBean(HealthIndicator.class).health())
				.isEqualTo(Health.up().withDetail("store", "cookie").build()));
	}

	@Test
	void healthOfTheAppsOwnReplacesTheLibrarys() {
		HealthIndicator own = mock(HealthIndicator.class);
		this.app.withBean("oauth2StateHealthContributor", HealthIndicator.class, () -> own)
			.run((context) -> assertThat(context).getBean(HealthContributor.class).isSameAs(own));
	}

	@Test
	void storeIsNotAskedUntilHealthIs() {
		this.app.run((context) -> assertThat(this.store.takeOperations()).isEmpty());
	}

	@Test
	void healthIsKeptForAWhileUnlessSetOtherwise() {
		this.app.run((context) -> {
			HealthIndicator health = context.getBean(StoreHealthIndicator.class);
			health.health();
			health.health();
			assertThat(this.store.takeOperations()).containsExactly("put", "take");
		});
		this.app.withPropertyValues("oauth2-state.health.cache=0s").run((context) -> {
			HealthIndicator health = context.getBean(StoreHealthIndicator.class);
			health.health();
			health.health();
			assertThat(this.store.takeOperations()).containsExactly("put", "take", "put", "take");
		});
	}

	@ParameterizedTest
	@CsvSource({ "false,DEGRADED", "true,DOWN" })
	void propertySaysWhatAFailureIs(String downOnFailure, String status) {
		this.store.fail(new StateStoreException(Reason.TIMEOUT, "planted", null));
		this.app.withPropertyValues("oauth2-state.health.down-on-failure=" + downOnFailure)
			.run((context) -> assertThat(context.getBean(StoreHealthIndicator.class).health().getStatus())
				.isEqualTo(new Status(status)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1s", "301s", "6m", "1d" })
	void badCacheStopsStartupAndSaysWhatToDo(String cache) {
		assertThat(StartupFailure.analysisOf(this.app, "oauth2-state.health.cache=" + cache))
			.contains("oauth2-state.health.cache")
			.contains("Use 0s to 5m, for example 5s.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "0", "5m", "300s" })
	void cacheMayBeFromNothingToFiveMinutes(String cache) {
		this.app.withPropertyValues("oauth2-state.health.cache=" + cache)
			.run((context) -> assertThat(context).hasSingleBean(StoreHealthIndicator.class));
	}

	@Test
	void actuatorIsNotNeeded() {
		new WebApplicationContextRunner().withBean("store", StateStore.class, () -> this.store)
			.withConfiguration(LIBRARY)
			.withPropertyValues(EXPOSED)
			.withClassLoader(
					new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ActuateAutoConfiguration.class)
				.doesNotHaveBean(ActivityRecorder.class));
	}

	@Test
	void healthIsNotNeededForTheEndpoint() {
		this.webApp.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasSingleBean(OAuth2StateEndpoint.class)
				.doesNotHaveBean("oauth2StateHealthContributor"));
	}

	/**
	 * As {@link FilteredClassLoader} hides classes from conditions only, this one lets
	 * nothing link to them.
	 */
	@Test
	void appStartsWithoutTheActuatorsJars() throws Exception {
		URL[] jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.contains("actuator") && !entry.contains("spring-boot-health"))
			.map(ActuateAutoConfigurationTests::url)
			.toArray(URL[]::new);
		try (URLClassLoader loader = new URLClassLoader(jars, ClassLoader.getPlatformClassLoader())) {
			Thread thread = Thread.currentThread();
			ClassLoader before = thread.getContextClassLoader();
			thread.setContextClassLoader(loader);
			try {
				List<?> beans = (List<?>) loader.loadClass(AppWithoutActuator.class.getName())
					.getDeclaredMethod("beans")
					.invoke(null);
				assertThat(beans).asString()
					.contains("oauth2StateSettings", "oauth2StateMemoryStateStore", "oauth2StateLoginEventPublisher")
					.doesNotContain("oauth2StateHealthContributor", "oauth2StateActivityRecorder", "actuate");
			}
			finally {
				thread.setContextClassLoader(before);
			}
		}
	}

	private static URL url(String entry) {
		try {
			return Path.of(entry).toUri().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
