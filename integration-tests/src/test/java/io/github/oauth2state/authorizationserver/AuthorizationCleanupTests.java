package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.transaction.support.TransactionTemplate;

import io.github.oauth2state.authorizationserver.AuthorizationDatabase.Kind;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuthorizationCleanup}: rows are written by the server's own service.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
@Tag("full")
class AuthorizationCleanupTests {

	private static final OAuth2TokenType STATE = new OAuth2TokenType("state");

	private static final Duration HOUR = Duration.ofHours(1);

	private final Instant now = Instant.now();

	private final Instant before = this.now.minusSeconds(60);

	private final Instant after = this.now.plusSeconds(60);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private final TimeZone zone = TimeZone.getDefault();

	@AfterEach
	void close() throws Exception {
		TimeZone.setDefault(this.zone);
		for (AutoCloseable closeable : this.opened) {
			closeable.close();
		}
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void removesRowsInWhichEverythingExpiredAndNoOthers(Kind kind) {
		AuthorizationDatabase database = open(kind);
		List<OAuth2Authorization.Builder> useless = List.of(AuthorizationDatabase.code(this.before),
				AuthorizationDatabase.authorization().token(AuthorizationDatabase.accessToken(this.before)),
				AuthorizationDatabase.withIdToken(AuthorizationDatabase.code(this.before), this.before)
					.token(AuthorizationDatabase.accessToken(this.before))
					.refreshToken(AuthorizationDatabase.refreshToken(this.before)),
				AuthorizationDatabase.device(this.before, this.before),
				AuthorizationDatabase.state("s").token(AuthorizationDatabase.newCode(this.before)));
		List<OAuth2Authorization.Builder> useful = List.of(AuthorizationDatabase.code(this.after),
				AuthorizationDatabase.code(this.before).token(AuthorizationDatabase.accessToken(this.after)),
				AuthorizationDatabase.withIdToken(AuthorizationDatabase.code(this.before), this.after)
					.token(AuthorizationDatabase.accessToken(this.before)),
				AuthorizationDatabase.code(this.before)
					.token(AuthorizationDatabase.accessToken(this.before))
					.refreshToken(AuthorizationDatabase.refreshToken(this.after)),
				AuthorizationDatabase.code(this.before)
					.token(AuthorizationDatabase.accessToken(this.before))
					.refreshToken(AuthorizationDatabase.refreshToken()),
				AuthorizationDatabase.device(this.before, this.after),
				AuthorizationDatabase.device(this.after, this.before), AuthorizationDatabase.state("consent"),
				AuthorizationDatabase.authorization());
		useless.forEach(database::save);
		List<OAuth2Authorization> saved = useful.stream().map(OAuth2Authorization.Builder::build).toList();
		saved.forEach(database.service::save);
		List<OAuth2Authorization> read = saved.stream().map((one) -> database.service.findById(one.getId())).toList();
		cleanup(database, Duration.ZERO, this.now).run();
		assertThat(database.ids()).isEqualTo(new TreeSet<>(saved.stream().map(OAuth2Authorization::getId).toList()));
		assertThat(saved.stream().map((one) -> database.service.findById(one.getId()))).isEqualTo(read);
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void rowIsKeptForTheRetention(Kind kind) {
		AuthorizationDatabase database = open(kind);
		String id = database.save(AuthorizationDatabase.code(this.before));
		cleanup(database, HOUR, this.before.plus(HOUR).minusSeconds(5)).run();
		assertThat(database.ids()).containsExactly(id);
		cleanup(database, HOUR, this.before.plus(HOUR).plusSeconds(5)).run();
		assertThat(database.ids()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void consentThatIsNotGivenInTimeIsRemoved(Kind kind) {
		AuthorizationDatabase database = open(kind);
		String id = database.save(AuthorizationDatabase.state("abandoned"));
		cleanup(database, Duration.ZERO, this.now).run();
		cleanup(database, Duration.ZERO, this.now.plus(HOUR).minusSeconds(5)).run();
		assertThat(database.ids()).containsExactly(id);
		OAuth2Authorization found = database.service.findByToken("abandoned", STATE);
		assertThat(found).isNotNull();
		assertThat(found.getToken(OAuth2AuthorizationCode.class)).isNull();
		cleanup(database, Duration.ZERO, this.now.plus(HOUR).plusSeconds(5)).run();
		assertThat(database.ids()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void consentThatIsGivenLeavesNoTraceOfTheCleanup(Kind kind) {
		AuthorizationDatabase database = open(kind);
		String id = database.save(AuthorizationDatabase.state("given"));
		cleanup(database, Duration.ZERO, this.now).run();
		OAuth2Authorization given = OAuth2Authorization.from(database.service.findByToken("given", STATE))
			.attributes((attributes) -> attributes.remove("state"))
			.token(AuthorizationDatabase.newCode(this.now.plus(HOUR.multipliedBy(2))))
			.build();
		database.service.save(given);
		cleanup(database, Duration.ZERO, this.now.plus(HOUR).plusSeconds(5)).run();
		assertThat(database.ids()).containsExactly(id);
		database.service.save(OAuth2Authorization.from(given)
			.refreshToken(AuthorizationDatabase.refreshToken(this.now.plus(HOUR.multipliedBy(5))))
			.build());
		cleanup(database, Duration.ZERO, this.now.plus(HOUR.multipliedBy(4))).run();
		assertThat(database.ids()).containsExactly(id);
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void rowThatIsSavedAfterItWasFoundStays(Kind kind) {
		AuthorizationDatabase database = open(kind);
		AuthorizationTable table = table(database, settings(Duration.ZERO));
		OAuth2Authorization refreshed = AuthorizationDatabase.code(this.before)
			.refreshToken(AuthorizationDatabase.refreshToken(this.before))
			.build();
		OAuth2Authorization consented = AuthorizationDatabase.state("s").build();
		database.service.save(refreshed);
		database.service.save(consented);
		List<String> expired = table.findExpired(this.now);
		List<String> undated = table.findUndated();
		assertThat(expired).containsExactly(refreshed.getId());
		assertThat(undated).containsExactly(consented.getId());
		database.service.save(OAuth2Authorization.from(refreshed)
			.refreshToken(AuthorizationDatabase.refreshToken(this.after))
			.build());
		OAuth2Authorization issued = OAuth2Authorization.from(consented)
			.token(AuthorizationDatabase.newCode(this.after))
			.build();
		database.service.save(issued);
		assertThat(table.removeExpired(expired, this.now)).isZero();
		assertThat(table.date(undated, this.before)).isZero();
		assertThat(database.ids()).containsExactlyInAnyOrder(refreshed.getId(), consented.getId());
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void severalInstancesAtOnceDoNotFailWhileTheServerGoesOn(Kind kind, CapturedOutput output) {
		AuthorizationDatabase database = open(kind);
		int rows = Scale.of(600);
		List<OAuth2Authorization> expired = IntStream.range(0, rows)
			.mapToObj((i) -> ((i % 3 == 0) ? AuthorizationDatabase.state("s" + i)
					: AuthorizationDatabase.code(this.before))
				.build())
			.toList();
		expired.forEach(database.service::save);
		List<AuthorizationCleanup> instances = IntStream.range(0, 4)
			.mapToObj((i) -> new AuthorizationCleanup(List.of(table(database, settings(Duration.ZERO))),
					new AuthorizationServerProperties.Cleanup(true, Duration.ofMillis(10), 20, Duration.ofSeconds(30),
							Duration.ZERO, Duration.ofMillis(1)),
					InstantSource.system()))
			.toList();
		instances.forEach(AuthorizationCleanup::start);
		instances.forEach((instance) -> this.opened.add(0, instance::stop));
		Set<String> refreshed = new HashSet<>();
		for (OAuth2Authorization one : expired.subList(rows - rows / 10, rows)) {
			// Saves the row anew if it has been removed meanwhile
			database.service.save(OAuth2Authorization.from(one)
				.refreshToken(AuthorizationDatabase.refreshToken(this.now.plus(HOUR)))
				.build());
			refreshed.add(one.getId());
		}
		Awaitility.await().until(() -> database.ids().size() <= refreshed.size());
		assertThat(database.ids()).isSubsetOf(refreshed);
		instances.forEach(AuthorizationCleanup::stop);
		assertThat(output.getOut().lines().filter((line) -> line.contains("Cannot remove"))).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void poolWithoutAutoCommitIsCommitted(Kind kind) {
		AuthorizationDatabase database = kind.create(false);
		this.opened.add(database);
		transactional(database, () -> database.service.save(AuthorizationDatabase.code(this.before).build()));
		transactional(database, () -> database.service.save(AuthorizationDatabase.state("s").build()));
		cleanup(database, Duration.ZERO, this.now).run();
		cleanup(database, Duration.ZERO, this.now.plus(HOUR).plusSeconds(5)).run();
		assertThat(database.ids()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin" })
	void timeZoneOfTheJvmDoesNotMatter(String id) {
		TimeZone.setDefault(TimeZone.getTimeZone(id));
		for (Kind kind : Kind.values()) {
			AuthorizationDatabase database = open(kind);
			String live = database.save(AuthorizationDatabase.code(this.after));
			String consent = database.save(AuthorizationDatabase.state("s"));
			database.save(AuthorizationDatabase.code(this.before));
			cleanup(database, Duration.ZERO, this.now).run();
			assertThat(database.ids()).as(kind.name()).containsExactlyInAnyOrder(live, consent);
			cleanup(database, Duration.ZERO, this.now.plus(HOUR).minusSeconds(5)).run();
			assertThat(database.ids()).as(kind.name()).containsExactly(consent);
			cleanup(database, Duration.ZERO, this.now.plus(HOUR).plusSeconds(5)).run();
			assertThat(database.ids()).as(kind.name()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Kind.class, names = { "POSTGRESQL", "MYSQL" })
	void instanceInAnotherTimeZoneAgreesWhereTheSchemaKeepsInstants(Kind kind) {
		AuthorizationDatabase database = open(kind);
		String live = database.save(AuthorizationDatabase.code(this.after));
		database.save(AuthorizationDatabase.code(this.before));
		TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
		database.dataSource().getHikariPoolMXBean().softEvictConnections();
		cleanup(database, Duration.ZERO, this.now).run();
		assertThat(database.ids()).containsExactly(live);
	}

	@Test
	void oneRunEndsInTimeAndTheNextGoesOn() {
		AuthorizationDatabase database = open(Kind.H2);
		IntStream.range(0, 30).forEach((i) -> database.save(AuthorizationDatabase.code(this.before)));
		AuthorizationCleanup cleanup = new AuthorizationCleanup(List.of(table(database, settings(Duration.ZERO))),
				new AuthorizationServerProperties.Cleanup(true, Duration.ofMillis(500), 10, Duration.ZERO,
						Duration.ZERO, HOUR),
				InstantSource.system());
		cleanup.start();
		this.opened.add(0, cleanup::stop);
		ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).until(() -> {
			seen.add(database.ids().size());
			return database.ids().isEmpty();
		});
		assertThat(seen).contains(20, 10);
	}

	@Test
	void failureIsLoggedWithoutDataAndTriedAgain(CapturedOutput output) {
		AuthorizationDatabase database = open(Kind.POSTGRESQL);
		database.save(AuthorizationDatabase.code(this.before));
		database.jdbc.execute("ALTER TABLE oauth2_authorization RENAME TO moved");
		started(database);
		Awaitility.await().until(() -> output.getOut().contains("Cannot remove expired authorizations"));
		assertThat(output.getOut().lines().filter((line) -> line.contains("AuthorizationCleanup")))
			.allSatisfy((line) -> assertThat(line).endsWith("BadSqlGrammarException, PSQLException, SQLState 42P01"));
		database.jdbc.execute("ALTER TABLE moved RENAME TO oauth2_authorization");
		Awaitility.await().until(() -> database.ids().isEmpty());
	}

	@Test
	void stopsWithTheApp() {
		AuthorizationCleanup cleanup = started(open(Kind.H2));
		assertThat(cleanup.isRunning()).isTrue();
		cleanup.stop();
		assertThat(cleanup.isRunning()).isFalse();
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("oauth2-state-authorization-cleanup")));
	}

	private AuthorizationDatabase open(Kind kind) {
		AuthorizationDatabase database = kind.create();
		this.opened.add(database);
		return database;
	}

	private AuthorizationCleanup started(AuthorizationDatabase database) {
		AuthorizationServerProperties.Cleanup settings = settings(Duration.ZERO);
		AuthorizationCleanup cleanup = new AuthorizationCleanup(List.of(table(database, settings)), settings,
				InstantSource.system());
		cleanup.start();
		this.opened.add(0, cleanup::stop);
		return cleanup;
	}

	private static AuthorizationCleanup cleanup(AuthorizationDatabase database, Duration retention, Instant now) {
		AuthorizationServerProperties.Cleanup settings = settings(retention);
		return new AuthorizationCleanup(List.of(table(database, settings)), settings, InstantSource.fixed(now));
	}

	private static AuthorizationTable table(AuthorizationDatabase database,
			AuthorizationServerProperties.Cleanup settings) {
		return new AuthorizationTable(database.jdbc, settings);
	}

	private static AuthorizationServerProperties.Cleanup settings(Duration retention) {
		return new AuthorizationServerProperties.Cleanup(true, Duration.ofMillis(20), 1000, Duration.ofSeconds(30),
				retention, HOUR);
	}

	private static void transactional(AuthorizationDatabase database, Runnable work) {
		new TransactionTemplate(new JdbcTransactionManager(database.dataSource()))
			.executeWithoutResult((status) -> work.run());
	}

}
