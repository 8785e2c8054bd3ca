package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users and clients of a provider see on two instances.
 */
abstract class SingleUseScenarioContract {

	private final TwoProviders providers;

	private final ProviderClient plain = new ProviderClient("plain");

	SingleUseScenarioContract(ProviderStore store, String pending) {
		this.providers = TwoProviders.on(store, pending);
	}

	@ParameterizedTest
	@EnumSource
	void oneOfManyUsesAtTheSameTimeSucceeds(OneUse kind) {
		IntFunction<HttpResponse<String>> use = kind.prepare(this.providers.a);
		List<HttpResponse<String>> answers = ProviderClient.together(16,
				(number) -> use.apply(this.providers.port(number)));
		assertThat(answers).filteredOn(OneUse::isSuccess).hasSize(1);
		assertThat(answers).filteredOn((answer) -> !OneUse.isSuccess(answer))
			.allMatch((answer) -> answer.statusCode() == 400);
	}

	@ParameterizedTest
	@EnumSource
	void whatOneInstanceIssuedIsUsedAtTheOther(OneUse kind) {
		assertThat(kind.prepare(this.providers.a).apply(this.providers.b)).matches(OneUse::isSuccess);
		assertThat(kind.prepare(this.providers.b).apply(this.providers.a)).matches(OneUse::isSuccess);
	}

	@ParameterizedTest
	@EnumSource
	void usedTwiceIsRefused(OneUse kind) {
		IntFunction<HttpResponse<String>> use = kind.prepare(this.providers.a);
		assertThat(use.apply(this.providers.a)).matches(OneUse::isSuccess);
		assertThat(use.apply(this.providers.b)).matches((answer) -> !OneUse.isSuccess(answer))
			.extracting(HttpResponse::statusCode)
			.isEqualTo(400);
	}

	@Test
	void codeThatComesAgainLaterRevokesItsTokens() {
		String code = this.plain.authorize(this.providers.a);
		HttpResponse<String> tokens = this.plain.redeem(this.providers.a, code);
		assertActive(tokens, true);
		assertThat(this.plain.redeem(this.providers.b, code).body()).contains("invalid_grant");
		assertActive(tokens, false);
		assertThat(this.plain.refresh(this.providers.a, ProviderClient.json(tokens, "refresh_token")).statusCode())
			.isEqualTo(400);
	}

	@Test
	void rotatedRefreshTokenThatComesAgainRevokesTheFamily() {
		HttpResponse<String> first = this.plain.redeem(this.providers.a, this.plain.authorize(this.providers.a));
		HttpResponse<String> second = this.plain.refresh(this.providers.b, ProviderClient.json(first, "refresh_token"));
		HttpResponse<String> third = this.plain.refresh(this.providers.a, ProviderClient.json(second, "refresh_token"));
		assertActive(third, true);
		assertThat(this.plain.refresh(this.providers.b, ProviderClient.json(first, "refresh_token")).body())
			.contains("invalid_grant");
		List.of(first, second, third).forEach((tokens) -> assertActive(tokens, false));
		assertThat(this.plain.refresh(this.providers.a, ProviderClient.json(third, "refresh_token")).statusCode())
			.isEqualTo(400);
	}

	private void assertActive(HttpResponse<String> tokens, boolean active) {
		for (String token : List.of(ProviderClient.json(tokens, "access_token"),
				ProviderClient.json(tokens, "refresh_token"))) {
			assertThat(this.plain.isActive(this.providers.a, token)).isEqualTo(active);
			assertThat(this.plain.isActive(this.providers.b, token)).isEqualTo(active);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "code_verifier", "redirect_uri" })
	void requestWithAnotherValueBurnsNothing(String parameter) {
		String code = this.plain.authorize(this.providers.a);
		for (int i = 0; i < 4; i++) {
			HttpResponse<String> refused = this.plain.redeem(this.providers.port(i), code,
					Map.of(parameter, "http://127.0.0.1:1/" + "x".repeat(60)));
			assertThat(refused.body()).contains("invalid_grant");
		}
		assertThat(this.plain.redeem(this.providers.b, code)).matches(OneUse::isSuccess);
	}

	@Test
	void anotherClientBurnsNothing() {
		ProviderClient other = new ProviderClient("other");
		String code = this.plain.authorize(this.providers.a);
		assertThat(other.redeem(this.providers.a, code).statusCode()).isEqualTo(400);
		HttpResponse<String> tokens = this.plain.redeem(this.providers.b, code);
		assertThat(tokens).matches(OneUse::isSuccess);
		assertThat(other.redeem(this.providers.a, code).statusCode()).isEqualTo(400);
		assertThat(other.refresh(this.providers.a, ProviderClient.json(tokens, "refresh_token")).statusCode())
			.isEqualTo(400);
		assertActive(tokens, true);
		assertThat(this.plain.refresh(this.providers.b, ProviderClient.json(tokens, "refresh_token")))
			.matches(OneUse::isSuccess);
	}

	@Test
	void anotherClientBurnsNoDeviceCode() {
		String code = this.plain.authorizeDevice(this.providers.a);
		assertThat(new ProviderClient("other").pollDevice(this.providers.a, code).statusCode()).isEqualTo(400);
		assertThat(this.plain.pollDevice(this.providers.b, code)).matches(OneUse::isSuccess);
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "jwt", "public", "key" })
	void clientsOfEveryKindRedeemTheirCodesOnce(String id) {
		ProviderClient client = id.equals("key") ? ProviderClient.withKey(TwoProviders.KEY) : new ProviderClient(id);
		String code = client.authorize(this.providers.a);
		List<HttpResponse<String>> answers = ProviderClient.together(8,
				(number) -> client.redeem(this.providers.port(number), code));
		assertThat(answers).as(answers.get(0).body())
			.filteredOn(OneUse::isSuccess)
			.singleElement()
			.satisfies((tokens) -> assertThat(ProviderClient.json(tokens, "id_token").split("\\.")).hasSize(3))
			.satisfies((tokens) -> assertThat(ProviderClient.json(tokens, "access_token").split("\\."))
				.hasSize((id.equals("jwt") || id.equals("public")) ? 3 : 1));
	}

	@Test
	void userConsentsAndTheClientRedeems() {
		ProviderClient client = new ProviderClient("consent");
		String code = ProviderClient.code(OneUse.CONSENT.prepare(this.providers.a).apply(this.providers.b));
		assertThat(client.redeem(this.providers.a, code)).matches(OneUse::isSuccess);
	}

	@Test
	void pushedRequestLeadsToACodeThatIsRedeemed() {
		String code = ProviderClient.code(OneUse.PUSHED_REQUEST.prepare(this.providers.a).apply(this.providers.b));
		assertThat(this.plain.redeem(this.providers.a, code)).matches(OneUse::isSuccess);
	}

}
