package io.github.oauth2state.refresh;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which result of another request is newer than a request's own tokens: a provider may
 * answer with the access token that it gave before, and need not say how long it lives.
 */
@ParameterizedClass
@EnumSource
class SingleFlightNewerTokensTests {

	private final Stack stack;

	private static final String SAME = "access-of-f.0";

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a;

	private final TestInstance b;

	@ParameterizedTest
	@CsvSource({ "true,300", "true,0", "true,-1", "false,300", "false,0", "false,99999999999" })
	void sameAccessTokenIsShared(boolean rotates, long expiresIn) {
		this.provider.accessToken = SAME;
		this.provider.rotates = rotates;
		this.provider.expiresIn = expiresIn;
		this.a.refresh("f.0");
		for (int i = 0; i < 8; i++) {
			assertThat(Responses.token(((i % 2 == 0) ? this.b : this.a).refresh("f.0"))).isEqualTo(SAME);
		}
		assertThat(this.provider.calls).hasValue(1);
		assertThat(this.b.takeOutcomes()).containsOnly(TokenRefreshOutcome.SHARED);
	}

	SingleFlightNewerTokensTests(Stack stack) {
		this.stack = stack;
		this.a = stack.instance(this.store, this.provider);
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void sameAccessTokenIsSharedByAllWhoAskAtOnce() throws Exception {
		this.provider.accessToken = SAME;
		this.provider.during = () -> Together.sleep(200);
		for (boolean rotates : new boolean[] { false, true }) {
			this.provider.rotates = rotates;
			this.provider.calls.set(0);
			List<Callable<OAuth2AccessTokenResponse>> requests = new ArrayList<>();
			String token = rotates ? "g.0" : "f.0";
			for (int i = 0; i < 10; i++) {
				requests.add(() -> this.a.refresh(token));
				requests.add(() -> this.b.refresh(token));
			}
			Together.all(requests);
			assertThat(this.provider.calls).hasValue(1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "false,300", "false,0", "true,300", "true,0" })
	void tokenThatTheProviderGivesAgainIsAskedForAgainWhenItIsDueAgain(boolean rotates, long expiresIn) {
		this.provider.accessToken = SAME;
		this.provider.rotates = rotates;
		this.provider.expiresIn = expiresIn;
		OAuth2AccessTokenResponse first = this.a.refresh("f.0");
		this.a.refresh(first);
		assertThat(this.provider.calls).hasValue(2);
		this.b.refresh(first);
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void resultThatExpiresBeforeWhatIsDueIsShared() {
		this.provider.rotates = false;
		this.provider.expiresIn = 50;
		OAuth2AccessTokenResponse due = this.a.refresh("f.0");
		this.provider.expiresIn = 30;
		String shorter = Responses.token(this.a.refresh(due));
		assertThat(Responses.token(this.b.refresh(due))).isEqualTo(shorter);
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void resultFromBeforeWhatIsDueIsNotTaken() {
		this.provider.rotates = false;
		OAuth2AccessTokenResponse older = this.a.refresh("f.0");
		TestInstance elsewhere = this.stack.instance(new SpiedStore(), this.provider);
		this.provider.expiresIn = 600;
		OAuth2AccessTokenResponse due = elsewhere.refresh(older);
		assertThat(Responses.token(this.a.refresh(due))).isNotEqualTo(Responses.token(older));
		assertThat(this.provider.calls).hasValue(3);
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, -1, 0 })
	void unknownLifeIsUnknownToThoseWhoReceiveTheToken(long expiresIn) {
		this.provider.expiresIn = expiresIn;
		this.a.refresh("f.0");
		OAuth2AccessTokenResponse theirs = this.b.refresh("f.0");
		Instant issuedAt = theirs.getAccessToken().getIssuedAt();
		assertThat(theirs.getAccessToken().getExpiresAt()).isEqualTo(issuedAt.plusSeconds(1));
		assertThat(this.provider.calls).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(longs = { 99_999_999_999L, 31_556_880_000_000_000L })
	void enormousLifeIsShared(long expiresIn) {
		this.provider.expiresIn = expiresIn;
		this.a.refresh("f.0");
		assertThat(this.b.refresh("f.0").getAccessToken().getExpiresAt()).isAfter(Instant.now().plusSeconds(1_000_000));
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void fewerScopesThanBeforeAreShared() {
		this.a.refresh("alice", "idp", "f.0", Set.of("read"));
		assertThat(this.b.refresh("alice", "idp", "f.0", Set.of("read")).getAccessToken().getScopes())
			.containsExactly("read");
		assertThat(this.provider.calls).hasValue(1);
	}

}
