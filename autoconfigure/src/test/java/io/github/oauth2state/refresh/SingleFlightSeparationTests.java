package io.github.oauth2state.refresh;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.refresh.RefreshProperties.WithoutStore;
import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which requests never share tokens, and what the store can see.
 */
@ParameterizedClass
@EnumSource
class SingleFlightSeparationTests {

	private final Stack stack;

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a;

	private final TestInstance b;

	SingleFlightSeparationTests(Stack stack) {
		this.stack = stack;
		this.a = stack.instance(this.store, this.provider);
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void usersAreNotMixedThoughTheirRefreshTokensAreEqual() {
		this.provider.strict = false;
		String alices = Responses.token(this.a.refresh("alice", "idp", "f.0", Set.of()));
		String bobs = Responses.token(this.b.refresh("bob", "idp", "f.0", Set.of()));
		assertThat(alices).isNotEqualTo(bobs);
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void usersShareARefreshTokenWhereTheAppSaysSo() {
		RefreshProperties settings = TestInstance.properties(WithoutStore.UNCOORDINATED, KeyScope.REGISTRATION);
		TestInstance one = this.stack.instance(this.store, this.provider, settings, null);
		TestInstance two = this.stack.instance(this.store, this.provider, settings, null);
		assertThat(Responses.token(one.refresh("alice", "idp", "f.0", Set.of())))
			.isEqualTo(Responses.token(two.refresh("batch", "idp", "f.0", Set.of())));
	}

	@Test
	void registrationsAreNotMixedThoughRefreshTokensAreEqual() {
		this.provider.strict = false;
		assertThat(Responses.token(this.a.refresh("alice", "idp", "f.0", Set.of())))
			.isNotEqualTo(Responses.token(this.b.refresh("alice", "other", "f.0", Set.of())));
	}

	@Test
	void registrationsOfOneClientShareARefreshTokenWhereTheAppSaysSo() {
		RefreshProperties settings = TestInstance.properties(WithoutStore.UNCOORDINATED, KeyScope.CLIENT);
		TestInstance one = this.stack.instance(this.store, this.provider, settings, null);
		TestInstance two = this.stack.instance(this.store, this.provider, settings, null);
		assertThat(Responses.token(one.refresh("alice", "idp", "f.0", Set.of())))
			.isEqualTo(Responses.token(two.refresh("batch", "other", "f.0", Set.of())));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void namespacesAreNotMixedThoughRefreshTokensAreEqual() {
		this.provider.strict = false;
		TestInstance other = this.stack.instance(this.store, this.provider, TestInstance.PROPERTIES, "other", null);
		assertThat(Responses.token(this.a.refresh("f.0"))).isNotEqualTo(Responses.token(other.refresh("f.0")));
	}

	@Test
	void clientsOfTenantsAreNotMixedThoughTheyHaveOneRegistrationId() {
		LocalCoordinator.Key one = LocalCoordinator.Key
			.of(DueTokenRefresh.of(credentials("tenant-1"), (request) -> null, null));
		LocalCoordinator.Key two = LocalCoordinator.Key
			.of(DueTokenRefresh.of(credentials("tenant-2"), (request) -> null, null));
		assertThat(one).isNotEqualTo(two);
	}

	@Test
	void resultDoesNotOpenWithAnotherRefreshToken() {
		this.a.refresh("f.0");
		byte[] record = this.store.find(TestInstance.key("f.0").location()).orElseThrow();
		StoredRefresh other = TestInstance.entry("g.0", this.store);
		assertThat(other.read(record)).isInstanceOf(RefreshRecord.Unreadable.class);
	}

	@Test
	void storeHoldsNoTokenInTheClear() {
		this.provider.additional = Map.of("id_token", "header.payload.signature");
		this.a.refresh("family.0");
		assertThat(this.store.everything()).doesNotContain("access-", "family", "payload", "openid");
	}

	private static OAuth2ClientCredentialsGrantRequest credentials(String clientId) {
		return new OAuth2ClientCredentialsGrantRequest(
				ClientRegistration.withClientRegistration(TestInstance.registration("machine"))
					.clientId(clientId)
					.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
					.build());
	}

}
