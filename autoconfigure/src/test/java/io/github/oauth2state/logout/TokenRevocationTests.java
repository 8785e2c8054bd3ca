package io.github.oauth2state.logout;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.util.MultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenRevocation}.
 */
@ExtendWith(OutputCaptureExtension.class)
class TokenRevocationTests {

	private static final Duration SOON = Duration.ofMillis(1);

	private final RevocationEndpoint endpoint = new RevocationEndpoint();

	private @Nullable Converter<OAuth2RefreshTokenGrantRequest, MultiValueMap<String, String>> assertions;

	private final TokenRevocation revocation = revocation(Map.of("idp", this.endpoint.uri()));

	private TokenRevocation revocation(Map<String, URI> configured) {
		return new TokenRevocation(new RevocationEndpoints(configured),
				new RevocationRequest(() -> Optional.ofNullable(this.assertions), Duration.ofSeconds(5)),
				List.of(SOON, SOON));
	}

	@AfterEach
	void close() {
		CountDownLatch gate = this.endpoint.gate;
		if (gate != null) {
			gate.countDown();
		}
		this.revocation.destroy();
		this.endpoint.close();
	}

	@Test
	void refreshTokenIsRevokedFirstAndThenTheAccessToken() {
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		assertThat(this.endpoint.awaitCall().form())
			.isEqualTo(Map.of("token", "planted-refresh", "token_type_hint", "refresh_token"));
		assertThat(this.endpoint.awaitCall().form())
			.isEqualTo(Map.of("token", "planted-access", "token_type_hint", "access_token"));
	}

	@Test
	void accessTokenIsRevokedWhereThereIsNoRefreshToken() {
		this.revocation.revoke(client("planted-access", null));
		assertThat(this.endpoint.awaitCall().form()).containsEntry("token", "planted-access");
	}

	@Test
	void tokensThatComeTooLateAreRevokedToo() {
		this.revocation.discard(client("planted-access", "planted-refresh"));
		assertThat(this.endpoint.awaitCall().form()).containsEntry("token", "planted-refresh");
	}

	@Test
	void clientAuthenticatesByAHeaderWithEncodedCredentials() {
		this.revocation.revoke(client(registration(ClientAuthenticationMethod.CLIENT_SECRET_BASIC).clientId("app:1 ü")
			.clientSecret("se%cr+et")));
		assertThat(this.endpoint.awaitCall().authorization()).isEqualTo("Basic " + Base64.getEncoder()
			.encodeToString("app%3A1+%C3%BC:se%25cr%2Bet".getBytes(StandardCharsets.US_ASCII)));
	}

	@Test
	void clientAuthenticatesByParameters() {
		this.revocation.revoke(client(registration(ClientAuthenticationMethod.CLIENT_SECRET_POST)));
		RevocationEndpoint.Call call = this.endpoint.awaitCall();
		assertThat(call.form()).containsEntry("client_id", "app").containsEntry("client_secret", "planted-secret");
		assertThat(call.authorization()).isNull();
	}

	@Test
	void publicClientSendsItsId() {
		this.revocation.revoke(client(registration(ClientAuthenticationMethod.NONE)));
		RevocationEndpoint.Call call = this.endpoint.awaitCall();
		assertThat(call.form()).containsEntry("client_id", "app").doesNotContainKey("client_secret");
		assertThat(call.authorization()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "private_key_jwt", "client_secret_jwt" })
	void clientAuthenticatesByAnAssertionIfTheAppMakesOne(String method) {
		this.assertions = (request) -> MultiValueMap
			.fromSingleValue(Map.of("client_assertion", "of " + request.getClientRegistration().getRegistrationId()));
		this.revocation.revoke(client(registration(new ClientAuthenticationMethod(method))));
		RevocationEndpoint.Call call = this.endpoint.awaitCall();
		assertThat(call.form()).containsEntry("client_assertion", "of idp").containsEntry("client_id", "app");
		assertThat(call.authorization()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "private_key_jwt", "client_secret_jwt", "tls_client_auth" })
	void clientThatCannotBeAuthenticatedIsWarnedAboutOnce(String method, CapturedOutput output) {
		for (int i = 0; i < 3; i++) {
			this.revocation.revoke(client(registration(new ClientAuthenticationMethod(method))));
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("authenticates by '" + method + "'")))
			.hasSize(1);
		assertThat(this.endpoint.others()).isEmpty();
	}

	@Test
	void endpointOfTheMetadataIsUsedUnlessThePropertyIsSet() {
		ClientRegistration registration = registration(ClientAuthenticationMethod.NONE)
			.providerConfigurationMetadata(Map.of("revocation_endpoint", "https://idp.example/revoke"))
			.build();
		assertThat(new RevocationEndpoints(Map.of()).find(registration))
			.isEqualTo(Optional.of(URI.create("https://idp.example/revoke")));
		assertThat(new RevocationEndpoints(Map.of("idp", this.endpoint.uri())).find(registration))
			.isEqualTo(Optional.of(this.endpoint.uri()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "revoke", "//idp.example/revoke", "ftp://idp.example", "https:///revoke", "https://[",
			"javascript:alert(1)" })
	void metadataThatIsNoUrlIsIgnored(String value) {
		ClientRegistration registration = registration(ClientAuthenticationMethod.NONE)
			.providerConfigurationMetadata(Map.of("revocation_endpoint", value))
			.build();
		assertThat(new RevocationEndpoints(Map.of()).find(registration)).isEmpty();
	}

	@Test
	void registrationWithoutAnEndpointIsWarnedAboutOnce(CapturedOutput output) {
		TokenRevocation none = revocation(Map.of());
		none.revoke(client("planted-access", "planted-refresh"));
		none.revoke(client("planted-access", "planted-refresh"));
		none.destroy();
		assertThat(output.getOut().lines().filter((line) -> line.contains("oauth2-state.logout.revocation-uris.idp")))
			.hasSize(1);
	}

	@ParameterizedTest
	@CsvSource({ "503,503", "503,0", "0,0", "429,502", "504,503" })
	void requestIsRepeatedIfTheProviderDoesNotAnswer(int first, int second, CapturedOutput output) {
		this.endpoint.answer(first, second);
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		for (String token : List.of("planted-refresh", "planted-refresh", "planted-refresh", "planted-access")) {
			assertThat(this.endpoint.awaitCall().form()).containsEntry("token", token);
		}
		this.revocation.destroy();
		assertThat(output).doesNotContain("not revoked");
	}

	@Test
	void providerThatIsAwayIsGivenUpWithOneLine(CapturedOutput output) {
		this.endpoint.answer(503, 503, 503);
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		Awaitility.await()
			.untilAsserted(() -> assertThat(output).contains("Tokens of registration 'idp' are not revoked"));
		assertThat(output).contains("status 503").doesNotContain("planted");
	}

	@Test
	void providerThatRefusesIsNotAskedAgain(CapturedOutput output) {
		this.endpoint.body = "{\"error\": \"invalid_client\", \"error_description\": \"planted\"}";
		this.endpoint.answer(401);
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		this.endpoint.awaitCall();
		Awaitility.await().untilAsserted(() -> assertThat(output).contains("status 401, invalid_client"));
		assertThat(output).doesNotContain("planted");
		assertThat(this.endpoint.others()).isEmpty();
	}

	@Test
	void hostileErrorCodeIsNotLogged(CapturedOutput output) {
		this.endpoint.body = "{\"error\": \"planted\\r\\nline\"}";
		this.endpoint.answer(400);
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		Awaitility.await().untilAsserted(() -> assertThat(output).contains("status 400, other"));
		assertThat(output).doesNotContain("planted");
	}

	@ParameterizedTest
	@ValueSource(strings = { "unsupported_token_type", "invalid_token" })
	void tokenThatCannotBeRevokedIsNoFailure(String error, CapturedOutput output) {
		this.endpoint.body = "{\"error\":\"" + error + "\"}";
		this.endpoint.answer(400);
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		this.endpoint.awaitCall();
		assertThat(this.endpoint.awaitCall().form()).containsEntry("token", "planted-access");
		this.revocation.destroy();
		assertThat(output).doesNotContain("not revoked");
	}

	@Test
	void slowProviderDelaysNobody() {
		CountDownLatch gate = new CountDownLatch(1);
		this.endpoint.gate = gate;
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		this.endpoint.awaitCall();
		assertThat(gate.getCount()).isEqualTo(1);
	}

	@Test
	void usersBeyondTheLimitAreLeftOutAndCounted(CapturedOutput output) {
		this.endpoint.gate = new CountDownLatch(1);
		OAuth2AuthorizedClient client = client("planted-access", null);
		IntStream.range(0, TokenRevocation.MAX_PENDING).forEach((i) -> this.revocation.revoke(client));
		assertThat(output).doesNotContain("not revoked");
		this.revocation.revoke(client);
		this.revocation.revoke(client);
		assertThat(output).contains("too many others wait for the provider", "So far: 2").doesNotContain("planted");
	}

	@Test
	void stopWaitsForWhatIsUnderWay() {
		for (int i = 0; i < 20; i++) {
			this.revocation.revoke(client("a" + i, "r" + i));
		}
		this.revocation.destroy();
		assertThat(this.endpoint.others()).hasSize(40);
	}

	@Test
	void logoutAfterTheStopIsLogged(CapturedOutput output) {
		this.revocation.destroy();
		this.revocation.revoke(client("planted-access", "planted-refresh"));
		assertThat(output).contains("the app stops").doesNotContain("planted");
	}

	private static OAuth2AuthorizedClient client(String access, @Nullable String refresh) {
		return client(registration(ClientAuthenticationMethod.CLIENT_SECRET_BASIC).build(), access, refresh);
	}

	private static OAuth2AuthorizedClient client(ClientRegistration.Builder registration) {
		return client(registration.build(), "planted-access", "planted-refresh");
	}

	private static OAuth2AuthorizedClient client(ClientRegistration registration, String access,
			@Nullable String refresh) {
		Instant now = Instant.now();
		return new OAuth2AuthorizedClient(registration, "alice",
				new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, access, now, now.plusSeconds(300)),
				(refresh != null) ? new OAuth2RefreshToken(refresh, now) : null);
	}

	private static ClientRegistration.Builder registration(ClientAuthenticationMethod method) {
		return ClientRegistration.withRegistrationId("idp")
			.clientId("app")
			.clientSecret("planted-secret")
			.clientAuthenticationMethod(method)
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
			.authorizationUri("https://idp.example/authorize")
			.tokenUri("https://idp.example/token");
	}

}
