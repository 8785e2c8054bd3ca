package io.github.oauth2state.authorizationserver;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances of one provider that are configured differently, as while a release is rolled
 * out.
 */
@Tag("full")
class AuthorizationServerUpgradeTests {

	private static final String WITHOUT = "oauth2-state.authorization-server.single-use=false";

	private final String database = ProviderStore.newDatabase();

	private final ProviderClient plain = new ProviderClient("plain");

	@ParameterizedTest
	@CsvSource({
			"oauth2-state.authorization-server.single-use=false, oauth2-state.authorization-server.pending=service",
			"oauth2-state.enabled=false, oauth2-state.authorization-server.pending=service",
			"oauth2-state.authorization-server.pending=store, oauth2-state.authorization-server.pending=service",
			"oauth2-state.namespace=one, oauth2-state.namespace=two" })
	void nothingIsLostBetweenTwoInstances(String one, String other) {
		try (ConfigurableApplicationContext first = start(one); ConfigurableApplicationContext second = start(other)) {
			int a = ProviderApp.port(first);
			int b = ProviderApp.port(second);
			for (OneUse kind : OneUse.values()) {
				assertThat(kind.prepare(a).apply(b)).as(kind + " from one to the other").matches(OneUse::isSuccess);
				assertThat(kind.prepare(b).apply(a)).as(kind + " from the other to one").matches(OneUse::isSuccess);
			}
			String token = ProviderClient.json(this.plain.redeem(b, this.plain.authorize(a)), "refresh_token");
			for (int port : List.of(a, b, b, a)) {
				token = ProviderClient.json(this.plain.refresh(port, token), "refresh_token");
			}
		}
	}

	/**
	 * So that authorizations are kept in the store only when all instances have the
	 * starter.
	 */
	@Test
	void codeInTheStoreIsUnknownToAnInstanceWithoutSingleUse() {
		try (ConfigurableApplicationContext first = start("oauth2-state.authorization-server.pending=store");
				ConfigurableApplicationContext second = start(WITHOUT)) {
			String code = this.plain.authorize(ProviderApp.port(first));
			assertThat(this.plain.redeem(ProviderApp.port(second), code).body()).contains("invalid_grant");
			assertThat(this.plain.redeem(ProviderApp.port(first), code)).matches(OneUse::isSuccess);
		}
	}

	@Test
	void codeInTheStoreIsUnknownInAnotherNamespace() {
		try (ConfigurableApplicationContext first = start("oauth2-state.authorization-server.pending=store",
				"oauth2-state.namespace=one");
				ConfigurableApplicationContext second = start("oauth2-state.authorization-server.pending=store",
						"oauth2-state.namespace=two")) {
			String code = this.plain.authorize(ProviderApp.port(first));
			assertThat(this.plain.redeem(ProviderApp.port(second), code).body()).contains("invalid_grant");
			assertThat(this.plain.redeem(ProviderApp.port(first), code)).matches(OneUse::isSuccess);
		}
	}

	private ConfigurableApplicationContext start(String... properties) {
		return ProviderApp.start(ProviderStore.POSTGRESQL.properties(this.database, properties));
	}

}
