package io.github.oauth2state.authorizationserver;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Codes that nobody redeems, where pending authorizations are in the store.
 */
@Tag("full")
class UnredeemedCodesTests {

	private static final Duration LIFE = Duration.ofSeconds(5);

	@ParameterizedTest
	@EnumSource
	void storeIsEmptyAfterTheirLifeAndTheTableNeverSawThem(ProviderStore store) {
		String database = ProviderStore.newDatabase();
		int codes = Scale.of(2000);
		try (ConfigurableApplicationContext instance = ProviderApp
			.start(store.properties(database, "oauth2-state.authorization-server.pending=store",
					"oauth2-state.jdbc.cleanup.interval=1s", "provider.code-life=" + LIFE.toSeconds() + "s"))) {
			store.clear(database);
			ProviderClient plain = new ProviderClient("plain");
			IntStream.range(0, codes / 20).forEach((i) -> plain.authorize(ProviderApp.port(instance)));
			OAuth2AuthorizationService service = instance.getBean(OAuth2AuthorizationService.class);
			RegisteredClient client = instance.getBean(RegisteredClientRepository.class).findByClientId("plain");
			IntStream.range(codes / 20, codes).forEach((i) -> service.save(pending(client)));
			long most = store.records(database);
			assertThat(most).isPositive();
			Awaitility.await()
				.atMost(Duration.ofMinutes(3))
				.untilAsserted(() -> assertThat(store.records(database)).isZero());
			System.out.println(store + ": " + most + " of " + codes + " unredeemed codes at once, none later");
		}
		assertThat(TestPostgres.instance()
			.queryNumber(database, "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'oauth2_authorization'"))
			.isZero();
	}

	private static OAuth2Authorization pending(RegisteredClient client) {
		Instant now = Instant.now();
		return OAuth2Authorization.withRegisteredClient(client)
			.principalName("alice")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.attribute(Principal.class.getName(),
					UsernamePasswordAuthenticationToken.authenticated(
							User.withUsername("alice").password("x").roles("USER").build(), null,
							AuthorityUtils.createAuthorityList("ROLE_USER")))
			.attribute(OAuth2AuthorizationRequest.class.getName(),
					OAuth2AuthorizationRequest.authorizationCode()
						.authorizationUri("http://127.0.0.1/oauth2/authorize")
						.clientId(client.getClientId())
						.redirectUri(ProviderApp.REDIRECT_URI)
						.state("s-1")
						.build())
			.token(new OAuth2AuthorizationCode(UUID.randomUUID().toString(), now, now.plus(LIFE)))
			.build();
	}

}
