package io.github.oauth2state.authorizationserver;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2UserCode;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

import io.github.oauth2state.backends.TestDatabase;
import io.github.oauth2state.backends.TestMariaDb;
import io.github.oauth2state.backends.TestPostgres;

/**
 * A database with the server's table, and the service that writes to it. Only one can be
 * used at a time, as the service has static fields.
 */
final class AuthorizationDatabase implements AutoCloseable {

	static final RegisteredClient CLIENT = RegisteredClient.withId("id-app")
		.clientId("app")
		.clientSecret("{noop}secret")
		.clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
		.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
		.redirectUri("http://127.0.0.1/callback")
		.build();

	private final HikariDataSource pool;

	final JdbcTemplate jdbc;

	final JdbcOAuth2AuthorizationService service;

	private AuthorizationDatabase(HikariDataSource pool, String schema) {
		this.pool = pool;
		this.jdbc = new JdbcTemplate(pool);
		execute(pool, schema);
		this.service = new JdbcOAuth2AuthorizationService(this.jdbc, new InMemoryRegisteredClientRepository(CLIENT));
	}

	private static void execute(HikariDataSource pool, String sql) {
		JdbcTemplate jdbc = new JdbcTemplate(pool);
		jdbc.execute((java.sql.Connection connection) -> {
			try (var statement = connection.createStatement()) {
				statement.execute(sql);
			}
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
			return true;
		});
	}

	HikariDataSource dataSource() {
		return this.pool;
	}

	/**
	 * Returns the ids of all rows.
	 */
	Set<String> ids() {
		return new TreeSet<>(this.jdbc.queryForList("SELECT id FROM oauth2_authorization", String.class));
	}

	/**
	 * Saves an authorization as the server does.
	 * @return its id
	 */
	String save(OAuth2Authorization.Builder authorization) {
		OAuth2Authorization built = authorization.build();
		this.service.save(built);
		return built.getId();
	}

	static OAuth2Authorization.Builder authorization() {
		return OAuth2Authorization.withRegisteredClient(CLIENT)
			.id(UUID.randomUUID().toString())
			.principalName("alice")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE);
	}

	static OAuth2Authorization.Builder state(String state) {
		return authorization().attribute("state", state);
	}

	static OAuth2Authorization.Builder code(Instant expiry) {
		return authorization().token(newCode(expiry));
	}

	static OAuth2AuthorizationCode newCode(Instant expiry) {
		return new OAuth2AuthorizationCode(value(), issued(expiry), expiry);
	}

	static OAuth2AccessToken accessToken(Instant expiry) {
		return new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, value(), issued(expiry), expiry,
				Set.of("openid"));
	}

	static OAuth2RefreshToken refreshToken(Instant expiry) {
		return new OAuth2RefreshToken(value(), issued(expiry), expiry);
	}

	/**
	 * Makes a refresh token that is valid for ever.
	 */
	static OAuth2RefreshToken refreshToken() {
		return new OAuth2RefreshToken(value(), Instant.EPOCH.plusSeconds(86_400 * 365));
	}

	static OAuth2Authorization.Builder withIdToken(OAuth2Authorization.Builder authorization, Instant expiry) {
		OidcIdToken token = OidcIdToken.withTokenValue(value())
			.subject("alice")
			.issuedAt(issued(expiry))
			.expiresAt(expiry)
			.build();
		return authorization.token(token, (metadata) -> metadata.put(OAuth2Authorization.Token.CLAIMS_METADATA_NAME,
				new HashMap<>(Map.of("sub", "alice"))));
	}

	static OAuth2Authorization.Builder device(Instant userCode, Instant deviceCode) {
		return state(value()).authorizationGrantType(AuthorizationGrantType.DEVICE_CODE)
			.token(new OAuth2UserCode(value(), issued(userCode), userCode))
			.token(new OAuth2DeviceCode(value(), issued(deviceCode), deviceCode));
	}

	private static Instant issued(Instant expiry) {
		return expiry.minusSeconds(300);
	}

	static String value() {
		return UUID.randomUUID().toString();
	}

	@Override
	public void close() {
		this.pool.close();
	}

	/**
	 * The databases that the cleanup is tested with.
	 */
	enum Kind {

		POSTGRESQL,

		/** The type that Spring Security's schema has before one reads its comment. */
		POSTGRESQL_WITHOUT_TIME_ZONE,

		MARIADB,

		/** The driver of MySQL, with the parameters that Spring Security recommends. */
		MYSQL,

		H2;

		AuthorizationDatabase create() {
			return create(true);
		}

		AuthorizationDatabase create(boolean autoCommit) {
			String schema = ProviderApp.schema();
			return switch (this) {
				case POSTGRESQL -> create(TestPostgres.instance(), "", schema, autoCommit);
				case POSTGRESQL_WITHOUT_TIME_ZONE ->
					create(TestPostgres.instance(), "", schema.replace(" timestamptz ", " timestamp "), autoCommit);
				case MARIADB -> create(TestMariaDb.instance(), "", mySql(schema), autoCommit);
				case MYSQL -> create(TestMariaDb.asMySql(),
						"?preserveInstants=true&connectionTimeZone=UTC&forceConnectionTimeZoneToSession=true",
						mySql(schema), autoCommit);
				case H2 -> create("jdbc:h2:mem:" + UUID.randomUUID(), "", "", autoCommit,
						schema.replace(" text ", " blob ").replace(" timestamptz ", " timestamp "));
			};
		}

		/**
		 * Keeps the columns of type text: the service cannot write blobs with these
		 * drivers.
		 */
		private static String mySql(String schema) {
			return schema.replace(" timestamptz ", " timestamp NULL ");
		}

		private static AuthorizationDatabase create(TestDatabase server, String parameters, String schema,
				boolean autoCommit) {
			return create(server.url(server.createDatabase()) + parameters, server.username(), server.password(),
					autoCommit, schema);
		}

		private static AuthorizationDatabase create(String url, String username, String password, boolean autoCommit,
				String schema) {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(url);
			pool.setUsername(username);
			pool.setPassword(password);
			pool.setAutoCommit(autoCommit);
			return new AuthorizationDatabase(pool, schema);
		}

	}

}
