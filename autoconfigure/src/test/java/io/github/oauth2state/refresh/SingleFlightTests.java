package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.refresh.RefreshProperties.OnStoreFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * What instances agree on, over a store in memory that counts and can fail.
 */
class SingleFlightTests {

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a = new TestInstance(this.store, this.provider);

	private final TestInstance b = new TestInstance(this.store, this.provider);

	@Test
	void manyRequestsOnTwoInstancesMakeOneCall() throws Exception {
		this.provider.during = () -> sleep(200);
		List<Callable<OAuth2AccessTokenResponse>> requests = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			requests.add(() -> this.a.refresh("f.0"));
			requests.add(() -> this.b.refresh("f.0"));
		}
		List<OAuth2AccessTokenResponse> responses = all(requests);
		assertThat(this.provider.calls).hasValue(1);
		assertThat(responses).extracting((response) -> response.getAccessToken().getTokenValue())
			.containsOnly("access-f.0-1");
		assertThat(responses).extracting((response) -> refreshToken(response)).containsOnly("f.1");
		List<TokenRefreshOutcome> outcomes = new ArrayList<>(this.a.takeOutcomes());
		outcomes.addAll(this.b.takeOutcomes());
		assertThat(outcomes).hasSize(40)
			.containsOnlyOnce(TokenRefreshOutcome.REFRESHED)
			.contains(TokenRefreshOutcome.SHARED, TokenRefreshOutcome.COALESCED);
	}

	@Test
	void winnerTakesTwoCommandsAndLateComerOne() {
		this.a.refresh("f.0");
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent", "replace");
		this.b.refresh("f.0");
		assertThat(this.store.takeCommands()).containsExactly("putIfAbsent");
	}

	@Test
	void everythingThatTheProviderAnsweredReachesOthers() {
		this.provider.additional = Map.of("id_token", "a.b.c", "refresh_expires_in", 1800, "list",
				List.of(1, "two", true), "nested", Map.of("key", 1.5));
		OAuth2AccessTokenResponse own = this.a.refresh("f.0");
		OAuth2AccessTokenResponse theirs = this.b.refresh("f.0");
		assertThat(theirs.getAdditionalParameters()).isEqualTo(own.getAdditionalParameters());
		assertThat(theirs.getAccessToken().getTokenType()).isEqualTo(own.getAccessToken().getTokenType());
		assertThat(theirs.getAccessToken().getScopes()).isEqualTo(own.getAccessToken().getScopes());
		assertThat(Duration.between(theirs.getAccessToken().getExpiresAt(), own.getAccessToken().getExpiresAt()))
			.isBetween(Duration.ZERO, Duration.ofSeconds(2));
	}

	@Test
	void parameterThatCannotBeWrittenIsLeftOutForOthers() {
		this.provider.additional = Map.of("odd", new Object(), "id_token", "a.b.c");
		assertThat(this.a.refresh("f.0").getAdditionalParameters()).containsKeys("odd", "id_token");
		assertThat(this.b.refresh("f.0").getAdditionalParameters()).containsOnlyKeys("id_token");
	}

	@Test
	void tokensThatAreTooLargeToOfferAreUsedAllTheSame() {
		this.provider.additional = Map.of("large", "x".repeat(80_000));
		assertThat(refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void usersAreNotMixedThoughTheirRefreshTokensAreEqual() {
		this.provider.strict = false;
		String alices = token(this.a.refresh("alice", "idp", "f.0", Set.of()));
		String bobs = token(this.b.refresh("bob", "idp", "f.0", Set.of()));
		assertThat(alices).isNotEqualTo(bobs);
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void usersShareARefreshTokenWhereTheAppSaysSo() {
		RefreshSettings settings = settings(OnStoreFailure.UNCOORDINATED, KeyScope.REGISTRATION);
		TestInstance one = new TestInstance(this.store, this.provider, settings, null);
		TestInstance two = new TestInstance(this.store, this.provider, settings, null);
		assertThat(token(one.refresh("alice", "idp", "f.0", Set.of())))
			.isEqualTo(token(two.refresh("batch", "idp", "f.0", Set.of())));
	}

	@Test
	void registrationsAreNotMixedThoughRefreshTokensAreEqual() {
		this.provider.strict = false;
		assertThat(token(this.a.refresh("alice", "idp", "f.0", Set.of())))
			.isNotEqualTo(token(this.b.refresh("alice", "other", "f.0", Set.of())));
	}

	@Test
	void namespacesAreNotMixedThoughRefreshTokensAreEqual() {
		this.provider.strict = false;
		RefreshSettings other = new RefreshSettings("other", TestInstance.SETTINGS.lease(),
				TestInstance.SETTINGS.waitTimeout(), TestInstance.SETTINGS.replayWindow(),
				TestInstance.SETTINGS.failureWindow(), OnStoreFailure.UNCOORDINATED, KeyScope.PRINCIPAL);
		assertThat(token(this.a.refresh("f.0")))
			.isNotEqualTo(token(new TestInstance(this.store, this.provider, other, null).refresh("f.0")));
	}

	@Test
	void refreshForOtherScopesIsMadeWithTheNewToken() {
		this.a.refresh("alice", "idp", "f.0", Set.of("read"));
		OAuth2AccessTokenResponse response = this.b.refresh("alice", "idp", "f.0", Set.of("openid"));
		assertThat(response.getAccessToken().getScopes()).containsExactly("openid");
		assertThat(refreshToken(response)).isEqualTo("f.2");
	}

	@Test
	void oldTokenLeadsToTheNewestAlongTheChain() {
		this.provider.expiresIn = 2;
		OAuth2AccessTokenResponse second = this.a.refresh(this.a.refresh("f.0"));
		sleep(1100);
		this.provider.expiresIn = 300;
		OAuth2AccessTokenResponse third = this.a.refresh(second);
		assertThat(refreshToken(third)).isEqualTo("f.3");
		assertThat(token(this.b.refresh("f.0"))).isEqualTo(token(third));
		assertThat(this.provider.calls).hasValue(3);
	}

	@Test
	void chainWithoutEndIsGivenUp() {
		this.provider.expiresIn = 2;
		OAuth2AccessTokenResponse latest = this.a.refresh("f.0");
		for (int i = 0; i < 6; i++) {
			latest = this.a.refresh(latest);
		}
		sleep(1100);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
	}

	@Test
	void tokenThatIsNotRotatedIsRefreshedAgainWhenItIsDueAgain() {
		this.provider.rotates = false;
		OAuth2AccessTokenResponse first = this.a.refresh("f.0");
		OAuth2AccessTokenResponse second = this.b.refresh(first);
		assertThat(token(second)).isNotEqualTo(token(first));
		assertThat(token(this.a.refresh(first))).isEqualTo(token(second));
		assertThat(this.provider.calls).hasValue(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "server_error", "invalid_token_response", "invalid_client", "invalid_grant" })
	void failureReachesWaitersAndIsNotRepeated(String code) {
		this.provider.failure = StrictProvider.error(code);
		for (TestInstance instance : List.of(this.a, this.b, this.a)) {
			assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo(code))
				.satisfies((ex) -> assertThat(ex.getError().getDescription()).isEqualTo("The provider says no"));
		}
		assertThat(this.provider.calls).hasValue(1);
		TokenRefreshOutcome expected = code.equals("invalid_grant") ? TokenRefreshOutcome.REJECTED
				: TokenRefreshOutcome.FAILED;
		assertThat(this.b.takeOutcomes()).containsExactly(expected);
	}

	@Test
	void passingFailureIsForgottenSoon() throws Exception {
		this.provider.failure = StrictProvider.error("server_error");
		RefreshSettings settings = new RefreshSettings("app", Duration.ofSeconds(2), Duration.ofSeconds(5),
				Duration.ofSeconds(30), Duration.ZERO, OnStoreFailure.UNCOORDINATED, KeyScope.PRINCIPAL);
		TestInstance instance = new TestInstance(this.store, this.provider, settings, null);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
		this.provider.failure = null;
		assertThat(refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void clientThatThrowsSomethingElseDoesNotMakeOthersTry() {
		this.provider.failure = new IllegalStateException("Of the app's own client");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.a.refresh("f.0"));
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("server_error"));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void leaseOfAHolderThatIsGoneRunsOut() {
		this.store.put(flightKey("f.0"), FlightCodec.newLease(), Duration.ofSeconds(1));
		assertThat(refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void waiterGivesUpAfterTheWaitTimeout() {
		this.store.put(flightKey("f.0"), FlightCodec.newLease(), Duration.ofMinutes(1));
		RefreshSettings impatient = new RefreshSettings("app", Duration.ofSeconds(2), Duration.ofMillis(300),
				Duration.ofSeconds(30), Duration.ofSeconds(2), OnStoreFailure.UNCOORDINATED, KeyScope.PRINCIPAL);
		TestInstance instance = new TestInstance(this.store, this.provider, impatient, null);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.TIMED_OUT);
		assertThat(this.provider.calls).hasValue(0);
	}

	@Test
	void leaseIsRenewedWhileTheProviderTakesLongerThanIt() throws Exception {
		AtomicBoolean inCall = new AtomicBoolean();
		RefreshSettings settings = new RefreshSettings("app", Duration.ofSeconds(1), Duration.ofSeconds(10),
				Duration.ofSeconds(30), Duration.ofSeconds(2), OnStoreFailure.UNCOORDINATED, KeyScope.PRINCIPAL);
		TestInstance slow = new TestInstance(this.store, this.provider, settings, null);
		TestInstance other = new TestInstance(this.store, this.provider, settings, null);
		this.provider.during = () -> {
			inCall.set(true);
			sleep(2500);
		};
		List<OAuth2AccessTokenResponse> responses = all(List.of(() -> slow.refresh("f.0"), () -> other.refresh("f.0")));
		assertThat(inCall).isTrue();
		assertThat(this.provider.calls).hasValue(1);
		assertThat(token(responses.get(0))).isEqualTo(token(responses.get(1)));
	}

	@Test
	void holderWhoseLeaseRanOutTakesTheTokensThatWereOfferedMeanwhile() {
		this.provider.strict = false;
		AtomicBoolean first = new AtomicBoolean(true);
		this.provider.during = () -> {
			if (first.getAndSet(false)) {
				this.store.forget();
				this.b.refresh("f.0");
			}
		};
		OAuth2AccessTokenResponse response = this.a.refresh("f.0");
		assertThat(this.provider.calls).hasValue(2);
		assertThat(token(response)).isEqualTo(token(this.b.refresh("f.0")));
		assertThat(this.a.takeOutcomes()).containsExactly(TokenRefreshOutcome.SHARED);
	}

	@Test
	void successOfAHolderWhoseLeaseRanOutReplacesTheFailureOfAnother() {
		AtomicBoolean first = new AtomicBoolean(true);
		this.provider.during = () -> {
			if (first.getAndSet(false)) {
				this.store.forget();
				this.provider.failure = StrictProvider.error("server_error");
				assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"));
				this.provider.failure = null;
			}
		};
		OAuth2AccessTokenResponse response = this.a.refresh("f.0");
		assertThat(token(this.b.refresh("f.0"))).isEqualTo(token(response));
	}

	@Test
	void failureOfAHolderWhoseLeaseRanOutGivesWayToTheSuccessOfAnother() {
		AtomicBoolean first = new AtomicBoolean(true);
		this.provider.during = () -> {
			if (first.getAndSet(false)) {
				this.store.forget();
				this.b.refresh("f.0");
				throw StrictProvider.error("invalid_token_response");
			}
		};
		assertThat(refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void recordThatCannotBeReadIsReplaced() {
		this.store.put(flightKey("f.0"), new byte[] { 9, 9, 9 }, Duration.ofMinutes(1));
		assertThat(refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void resultDoesNotOpenWithAnotherRefreshToken() {
		this.a.refresh("f.0");
		byte[] record = this.store.find(flightKey("f.0")).orElseThrow();
		RefreshFlight other = flight("g.0");
		assertThat(FlightCodec.read(other, record)).isInstanceOf(FlightRecord.Unreadable.class);
	}

	@Test
	void storeHoldsNoTokenInTheClear() {
		this.provider.additional = Map.of("id_token", "header.payload.signature");
		this.a.refresh("family.0");
		assertThat(this.store.everything()).doesNotContain("access-", "family", "payload", "openid");
	}

	@Test
	void storeThatDoesNotAnswerLeavesEachInstanceToItself() {
		this.store.fails = true;
		assertThat(refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.a.takeOutcomes()).containsExactly(TokenRefreshOutcome.UNCOORDINATED);
	}

	@Test
	void tokensOfUnknownLifeAreSharedAllTheSame() {
		this.provider.expiresIn = 0;
		assertThat(token(this.b.refresh("f.0"))).isEqualTo(token(this.a.refresh("f.0")));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void tokensThatCameWithoutTheStoreAreOfferedWhenItAnswers() throws Exception {
		this.store.fails = true;
		OAuth2AccessTokenResponse response = this.a.refresh("f.0");
		this.store.fails = false;
		sleep(1000);
		assertThat(token(this.b.refresh("f.0"))).isEqualTo(token(response));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void storeThatFailsBehindAKnownResultDoesNotMakeTheOldTokenGoOut() {
		this.provider.expiresIn = 2;
		this.a.refresh("f.0");
		sleep(1100);
		this.store.failsAfter(1);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void clientsOfTenantsAreNotMixedThoughTheyHaveOneRegistrationId() {
		LocalKey one = LocalKey.of(new GrantedCredentials(credentials("tenant-1"), (request) -> null));
		LocalKey two = LocalKey.of(new GrantedCredentials(credentials("tenant-2"), (request) -> null));
		assertThat(one).isNotEqualTo(two);
	}

	private static OAuth2ClientCredentialsGrantRequest credentials(String clientId) {
		return new OAuth2ClientCredentialsGrantRequest(
				ClientRegistration.withClientRegistration(TestInstance.registration("machine"))
					.clientId(clientId)
					.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
					.build());
	}

	@Test
	void storeThatDoesNotAnswerMayMakeTheRefreshFail() {
		this.store.fails = true;
		TestInstance instance = new TestInstance(this.store, this.provider,
				settings(OnStoreFailure.FAIL, KeyScope.PRINCIPAL), null);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.STORE_ERROR);
		assertThat(this.provider.calls).hasValue(0);
	}

	@Test
	void storeThatFailsForAMomentDoesNotMakeAWaiterCallToo() throws Exception {
		this.provider.during = () -> {
			sleep(300);
			this.store.fails = true;
			sleep(300);
			this.store.fails = false;
		};
		List<OAuth2AccessTokenResponse> responses = all(
				List.of(() -> this.a.refresh("f.0"), () -> this.b.refresh("f.0")));
		assertThat(this.provider.calls).hasValue(1);
		assertThat(token(responses.get(0))).isEqualTo(token(responses.get(1)));
	}

	@Test
	void storeThatIsLostBetweenCallAndResultCostsNobodyItsTokens() {
		this.provider.during = () -> this.store.fails = true;
		assertThat(refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void newerTokensThatAreStoredAreTakenInsteadOfACall() {
		OAuth2AuthorizedClientService clients = stored("access-new", "f.7");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(token(instance.refresh("f.0"))).isEqualTo("access-new");
		assertThat(token(this.b.refresh("f.0"))).isEqualTo("access-new");
		assertThat(this.provider.calls).hasValue(0);
		assertThat(instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.STORED);
	}

	@Test
	void refusalIsNoneWhenNewerTokensAreStoredMeanwhile() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		OAuth2AuthorizedClient newer = client("access-new", "f.7");
		given(clients.loadAuthorizedClient("idp", "alice")).willReturn(null, newer);
		this.provider.failure = StrictProvider.error("invalid_grant");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(token(instance.refresh("f.0"))).isEqualTo("access-new");
	}

	@Test
	void storedTokensThatAreDueThemselvesAreNotTaken() {
		OAuth2AuthorizedClientService clients = stored("access-of-f.0", "f.0");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void clientsThatCannotBeReadAreNoReasonNotToRefresh() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		given(clients.loadAuthorizedClient("idp", "alice")).willThrow(new IllegalStateException("Gone"));
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThat(refreshToken(instance.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void nothingIsRemovedByTheLibrary() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		this.provider.failure = StrictProvider.error("server_error");
		TestInstance instance = new TestInstance(this.store, this.provider, TestInstance.SETTINGS, clients);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
		verify(clients, never()).removeAuthorizedClient(any(), any());
	}

	private static OAuth2AuthorizedClientService stored(String accessToken, String refreshToken) {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		OAuth2AuthorizedClient client = client(accessToken, refreshToken);
		given(clients.loadAuthorizedClient("idp", "alice")).willReturn(client);
		return clients;
	}

	private static OAuth2AuthorizedClient client(String accessToken, String refreshToken) {
		OAuth2AccessTokenResponse response = OAuth2AccessTokenResponse.withToken(accessToken)
			.tokenType(OAuth2AccessToken.TokenType.BEARER)
			.expiresIn(300)
			.scopes(Set.of("openid", "read"))
			.build();
		return new OAuth2AuthorizedClient(TestInstance.registration("idp"), "alice", response.getAccessToken(),
				new OAuth2RefreshToken(refreshToken, null));
	}

	private static RefreshSettings settings(OnStoreFailure onStoreFailure, KeyScope keyScope) {
		return new RefreshSettings("app", Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(30),
				Duration.ofSeconds(2), onStoreFailure, keyScope);
	}

	private static StateKey flightKey(String refreshToken) {
		return flight(refreshToken).key();
	}

	private static RefreshFlight flight(String refreshToken) {
		return RefreshFlight.of(new PlainRefresh(refreshToken), refreshToken, TestInstance.SETTINGS);
	}

	private static String token(OAuth2AccessTokenResponse response) {
		return response.getAccessToken().getTokenValue();
	}

	private static String refreshToken(OAuth2AccessTokenResponse response) {
		return Objects.requireNonNull(response.getRefreshToken()).getTokenValue();
	}

	private static void sleep(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static <T> List<T> all(List<Callable<T>> tasks) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
		try {
			List<T> results = new ArrayList<>();
			for (Future<T> future : threads.invokeAll(tasks)) {
				results.add(future.get());
			}
			return results;
		}
		finally {
			threads.shutdownNow();
		}
	}

}
