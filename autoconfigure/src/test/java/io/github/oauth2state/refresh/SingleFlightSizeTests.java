package io.github.oauth2state.refresh;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The provider's answer may be larger than a store's limit, or not valid Unicode. This
 * costs nobody the tokens, and leaves no lease behind.
 */
@Timeout(30)
@ParameterizedClass
@EnumSource
class SingleFlightSizeTests {

	private static final String LARGE = "x".repeat(80_000);

	private static final String NO_UNICODE = "\ud800";

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance a;

	private final TestInstance b;

	@ParameterizedTest
	@ValueSource(strings = { LARGE_NAME, "no unicode", "large and no unicode", "emoji" })
	void failureReachesOthersWhateverItsDescription(String kind) {
		failsOnceForAll(new OAuth2Error("server_error", text(kind), null));
	}

	@ParameterizedTest
	@ValueSource(strings = { LARGE_NAME, "no unicode" })
	void failureReachesOthersWhateverItsUri(String kind) {
		failsOnceForAll(new OAuth2Error("server_error", "No", text(kind)));
	}

	@ParameterizedTest
	@ValueSource(strings = { LARGE_NAME, "no unicode" })
	void failureReachesOthersWhateverItsCode(String kind) {
		this.provider.failure = new OAuth2AuthorizationException(new OAuth2Error(text(kind)));
		for (TestInstance instance : List.of(this.a, this.b, this.a, this.b)) {
			assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"));
		}
		assertThat(this.provider.calls).hasValue(1);
	}

	private void failsOnceForAll(OAuth2Error error) {
		this.provider.failure = new OAuth2AuthorizationException(error);
		for (TestInstance instance : List.of(this.a, this.b, this.a, this.b)) {
			assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh("f.0"))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo(error.getErrorCode()));
		}
		assertThat(this.provider.calls).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 60_000, 65_000, 66_000, 80_000, 200_000, 900_000 })
	void tokensOfAnySizeReachOthers(int size) {
		this.provider.padding = "x.".repeat(size / 2);
		String token = Responses.token(this.a.refresh("f.0"));
		OAuth2AccessTokenResponse theirs = this.b.refresh("f.0");
		assertThat(Responses.token(theirs)).isEqualTo(token);
		assertThat(Responses.refreshToken(theirs)).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
	}

	SingleFlightSizeTests(Stack stack) {
		this.a = stack.instance(this.store, this.provider);
		this.b = stack.instance(this.store, this.provider);
	}

	@Test
	void whatElseTheProviderAnswersReachesOthersWhateverItsSize() {
		this.provider.additional = Map.of("id_token", "a.b.c", "groups", LARGE);
		OAuth2AccessTokenResponse own = this.a.refresh("f.0");
		assertThat(this.b.refresh("f.0").getAdditionalParameters()).isEqualTo(own.getAdditionalParameters());
	}

	@Test
	void largeTokensAreRefreshedAgainWhereTheRefreshTokenStays() {
		this.provider.rotates = false;
		this.provider.padding = LARGE;
		OAuth2AccessTokenResponse first = this.a.refresh("f.0");
		OAuth2AccessTokenResponse second = this.b.refresh(first);
		assertThat(Responses.token(second)).isNotEqualTo(Responses.token(first));
		assertThat(Responses.token(this.a.refresh(first))).isEqualTo(Responses.token(second));
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void partOfLargeTokensThatIsLostMakesNobodyTakeAnythingElse() {
		this.provider.padding = LARGE;
		this.provider.strict = false;
		String token = Responses.token(this.a.refresh("f.0"));
		this.store.forgetAllBut(TestInstance.key("f.0").location());
		assertThat(Responses.token(this.b.refresh("f.0"))).isNotEqualTo(token);
		assertThat(this.provider.calls).hasValue(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "no unicode", "too large" })
	void tokensThatCannotBeSharedAreUsedAndCostNobodyTheSession(String kind) {
		this.provider.padding = text(kind);
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(this.provider.calls).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "no unicode", "too large" })
	void tokensThatCannotBeSharedKeepNobodyWaitingWhereTheRefreshTokenStays(String kind) {
		this.provider.rotates = false;
		this.provider.padding = text(kind);
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.0");
		assertThat(this.store.find(TestInstance.key("f.0").location())).isEmpty();
		assertThat(Responses.refreshToken(this.b.refresh("f.0"))).isEqualTo("f.0");
		assertThat(this.provider.calls).hasValue(2);
	}

	@Test
	void tokensThatCannotBeSharedAreUsedWithoutAStoreToo() {
		this.store.fails = true;
		this.provider.padding = NO_UNICODE;
		assertThat(Responses.refreshToken(this.a.refresh("f.0"))).isEqualTo("f.1");
	}

	@Test
	void clientThatEndsWithAnErrorLeavesNoLease() {
		this.provider.during = () -> {
			throw new NoClassDefFoundError("Of the app's own client");
		};
		assertThatExceptionOfType(Throwable.class).isThrownBy(() -> this.a.refresh("f.0"))
			.satisfies((ex) -> assertThat((ex.getCause() != null) ? ex.getCause() : ex)
				.isInstanceOf(NoClassDefFoundError.class));
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("server_error"));
	}

	@Test
	void clientThatAnswersNothingLeavesNoLease() {
		this.provider.answersNothing = true;
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.a.refresh("f.0"));
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("server_error"));
	}

	@Test
	void failureThatTheStoreDidNotTakeAtOnceIsToldWhenItAnswers() {
		this.provider.during = () -> this.store.failsOnce();
		this.provider.failure = StrictProvider.error("invalid_grant");
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.a.refresh("f.0"));
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.b.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant"));
		assertThat(this.provider.calls).hasValue(1);
	}

	private static final String LARGE_NAME = "large";

	private static String text(String kind) {
		return switch (kind) {
			case LARGE_NAME -> LARGE;
			case "no unicode" -> "An " + NO_UNICODE + " error";
			case "large and no unicode" -> NO_UNICODE.repeat(80_000);
			case "emoji" -> "x" + "\ud83d\ude00".repeat(40_000);
			default -> "x.".repeat(1_000_000);
		};
	}

}
