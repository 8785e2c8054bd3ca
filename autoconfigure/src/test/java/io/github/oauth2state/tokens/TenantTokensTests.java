package io.github.oauth2state.tokens;

import java.time.InstantSource;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.CborRecord;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens in an app whose repository returns the current tenant's client for a
 * registration id.
 */
@ParameterizedClass
@EnumSource
class TenantTokensTests {

	private static final ClientRegistration ONE = tenant("client-1", "https://provider.example/token");

	private static final ClientRegistration TWO = tenant("client-2", "https://provider.example/token");

	private static final ClientRegistration ELSEWHERE = tenant("client-1", "https://other.example/token");

	private final RecordingStore store = new RecordingStore();

	private final TokenSealer sealer = TestTokens.sealer(TestTokens.OLD_KEY, "shop");

	private ClientRegistration current = ONE;

	private final TokensStack stack;

	private final OAuth2AuthorizedClientService service;

	TenantTokensTests(TokensStack stack) {
		this.stack = stack;
		this.service = service((id) -> this.current);
	}

	@Test
	void tokensOfOneTenantAreNotLoadedForAnother() {
		save(ONE, "a1", "r1");
		assertThat(load(ONE)).isEqualTo("a1/r1");
		assertThat(load(TWO)).isNull();
	}

	@Test
	void tokensOfTheSameClientIdAtAnotherProviderAreNotLoaded() {
		save(ONE, "a1", "r1");
		assertThat(load(ELSEWHERE)).isNull();
	}

	@Test
	void tokensOfOneTenantAreNotTakenForNewerThanThoseOfAnother() {
		save(ONE, "a1", "r1");
		TokenLineage.noteDescent("s1", "s2");
		save(TWO, "b2", "s2");
		assertThat(load(TWO)).isEqualTo("b2/s2");
		assertThat(load(ONE)).isNull();
	}

	@Test
	void whatCannotBeReadForATenantCostsNoFurtherCommand() {
		save(ONE, "a1", "r1");
		assertThat(this.store.callsDuring(() -> load(TWO))).containsExactly("find");
	}

	@Test
	void recordOfAnEarlierReleaseIsReadWhereAnIdHasOneClient() {
		putRecordOfAnEarlierRelease();
		assertThat(TestTokens
			.values(service(new InMemoryClientRegistrationRepository(ONE)).loadAuthorizedClient("shared", "alice")))
			.isEqualTo("a1/r1");
	}

	@Test
	void recordOfAnEarlierReleaseIsAbsentWhereAnIdMayHaveSeveralClients() {
		putRecordOfAnEarlierRelease();
		assertThat(load(ONE)).isNull();
		TokenLineage.noteDescent("r1", "r2");
		save(ONE, "a2", "r2");
		assertThat(load(ONE)).isEqualTo("a2/r2");
	}

	private void putRecordOfAnEarlierRelease() {
		StateKey key = StateKey.of("shop", "tokens", "shared", "alice");
		byte[] content = CborRecord
			.write(Map.of("access", "a1", "type", "Bearer", "expires", TestTokens.NOW, "refresh", "r1"));
		this.store.records.put(key, TestTokens.seal(key, content));
	}

	private OAuth2AuthorizedClientService service(ClientRegistrationRepository registrations) {
		return this.stack.service(registrations, this.store, this.sealer, InstantSource.fixed(TestTokens.NOW),
				TestTokens.NO_LATE_TOKENS);
	}

	private void save(ClientRegistration tenant, String access, String refresh) {
		this.current = tenant;
		this.service.saveAuthorizedClient(TestTokens.client(tenant, "alice", access, refresh),
				TestTokens.user("alice"));
	}

	private @Nullable String load(ClientRegistration tenant) {
		this.current = tenant;
		return TestTokens.values(this.service.loadAuthorizedClient("shared", "alice"));
	}

	private static ClientRegistration tenant(String clientId, String tokenUri) {
		return ClientRegistration.withClientRegistration(TestTokens.registration("shared"))
			.clientId(clientId)
			.tokenUri(tokenUri)
			.build();
	}

}
