package io.github.oauth2state.login;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;

import io.github.oauth2state.AuthorizationRequestCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CborAuthorizationRequestCodec}: whole requests. See
 * {@link CborAttributeTests} for the types of attributes, {@link CborLengthTests} for how
 * long they are, {@link CborVersionTests} for bytes of other versions, and
 * {@link CborHostileBytesTests} for bytes that it did not write.
 */
class CborAuthorizationRequestCodecTests {

	private final CborAuthorizationRequestCodec codec = new CborAuthorizationRequestCodec();

	@Test
	void oidcRequestComesBackEqual() {
		OAuth2AuthorizationRequest request = TestRequests.oidc();
		assertThat(request.getAttributes()).containsKeys("registration_id", "nonce", "code_verifier");
		assertThat(request.getAdditionalParameters()).containsOnlyKeys("nonce", "code_challenge",
				"code_challenge_method");
		OAuth2AuthorizationRequest restored = roundTrip(request);
		assertThat(restored).isEqualTo(request).isNotSameAs(request);
		assertThat(restored.getAuthorizationRequestUri()).isEqualTo(request.getAuthorizationRequestUri());
		assertThat(restored.getAdditionalParameters()).containsExactlyEntriesOf(request.getAdditionalParameters());
		assertThat(restored.getScopes()).containsExactlyElementsOf(request.getScopes());
	}

	@Test
	void whatFollowsFromOtherFieldsIsNotInTheBytes() throws Exception {
		OAuth2AuthorizationRequest request = TestRequests.oidc();
		String bytes = text(this.codec.encode(request));
		Map<String, Object> parameters = request.getAdditionalParameters();
		for (String name : List.of("nonce", "code_challenge")) {
			String derived = (String) parameters.get(name);
			assertThat(bytes).doesNotContain(derived).doesNotContain(text(Base64.getUrlDecoder().decode(derived)));
		}
		assertThat(bytes).doesNotContain("S256").doesNotContain(request.getState()).doesNotContain("response_type");
		assertThat(bytes).containsOnlyOnce("openid-connect/auth").containsOnlyOnce("online-shop");
	}

	@Test
	void nonceAndVerifierAreInTheBytesAsWhatTheyEncode() {
		OAuth2AuthorizationRequest request = TestRequests.oidc();
		String bytes = text(this.codec.encode(request));
		for (String name : List.of(OidcParameterNames.NONCE, PkceParameterNames.CODE_VERIFIER)) {
			String attribute = request.getAttribute(name);
			assertThat(bytes).doesNotContain(attribute).contains(text(Base64.getUrlDecoder().decode(attribute)));
		}
	}

	@Test
	void parameterThatDoesNotFollowFromItsAttributeIsKept() throws Exception {
		String verifier = "v".repeat(43);
		for (String challenge : List.of(verifier, "other", sha256("other"))) {
			for (String method : List.of("plain", "S256")) {
				OAuth2AuthorizationRequest request = TestRequests.plain()
					.attributes((attributes) -> attributes.put("code_verifier", verifier))
					.additionalParameters((parameters) -> {
						parameters.put("code_challenge", challenge);
						parameters.put("code_challenge_method", method);
						parameters.put("nonce", "not hashed");
					})
					.build();
				assertThat(roundTrip(request)).isEqualTo(request);
			}
		}
	}

	@Test
	void derivedValueUnderAnotherNameIsKept() throws Exception {
		String challenge = sha256("v".repeat(43));
		OAuth2AuthorizationRequest request = TestRequests.plain()
			.attributes((attributes) -> attributes.put("code_verifier", "v".repeat(43)))
			.additionalParameters((parameters) -> {
				parameters.put("copy", challenge);
				parameters.put("nonce", challenge);
			})
			.build();
		assertThat(roundTrip(request)).isEqualTo(request);
	}

	@Test
	void attributesOfThoseNamesMayBeOfAnotherType() {
		OAuth2AuthorizationRequest request = TestRequests.plain().attributes((attributes) -> {
			attributes.put("code_verifier", 7);
			attributes.put("nonce", List.of("a"));
		}).additionalParameters((parameters) -> parameters.put("nonce", "b")).build();
		assertThat(roundTrip(request)).isEqualTo(request);
	}

	static List<Consumer<OAuth2AuthorizationRequest.Builder>> customizers() {
		return List.of((builder) -> builder.authorizationRequestUri("https://id.example.com/elsewhere?a=b"),
				(builder) -> builder
					.authorizationRequestUri((uri) -> uri.queryParam("kc_idp_hint", "caf\u00e9").build()),
				(builder) -> builder.authorizationRequestUri((uri) -> URI
					.create("https://id.example.com/par?request_uri=urn:ietf:params:oauth:a&client_id=b")),
				(builder) -> builder.parameters((parameters) -> parameters.put("prompt", "login consent")),
				(builder) -> builder.parameters((parameters) -> parameters.remove("scope")),
				(builder) -> builder.parameters((parameters) -> {
					parameters.clear();
					parameters.put("client_id", "online-shop");
					parameters.put("request_uri", "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c");
				}), (builder) -> builder.additionalParameters((parameters) -> parameters.put("max_age", 3600)),
				(builder) -> builder
					.additionalParameters((parameters) -> parameters.put("resource", List.of("a", "https://b"))),
				(builder) -> builder.additionalParameters((parameters) -> parameters.put("claims", "{\"a\":null}")),
				(builder) -> builder.additionalParameters((parameters) -> parameters.remove("nonce")),
				(builder) -> builder.attributes((attributes) -> attributes.remove("nonce")),
				(builder) -> builder.attributes((attributes) -> {
					for (String name : List.of("", " ", "\u0000", "\u0001", "\u0001nonce", "\u0006", "\u001f", "1")) {
						attributes.put(name,
								"value of " + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8)));
					}
				}), (builder) -> builder.attributes(Map::clear), (builder) -> builder.scopes(Set.of()),
				(builder) -> builder.scope("a", "openid", "urn:x:y", "https://api.example.com/read", "caf\u00e9"),
				(builder) -> builder.scope("b", "a", "0123456789abcdef0123"), (builder) -> builder.redirectUri(null),
				(builder) -> builder.redirectUri("myapp:/callback"),
				(builder) -> builder.redirectUri("https://shop.example.com/login/oauth2/code/a?b=c&d=%20"),
				(builder) -> builder.authorizationUri("https://id.example.com/authorize?tenant=a%20b&x=y"),
				(builder) -> builder.clientId("0123456789abcdefghij"), (builder) -> builder.clientId("A".repeat(43)),
				(builder) -> builder.clientId("A".repeat(42) + "B"),
				(builder) -> builder.clientId("8f14e45f-ceea-467f-a0e6-a1f2b3c4d5e6"),
				(builder) -> builder.clientId("client with blanks & \u00fcmlauts \ud83d\ude00"));
	}

	@ParameterizedTest
	@MethodSource("customizers")
	void customizedRequestComesBackEqual(Consumer<OAuth2AuthorizationRequest.Builder> customizer) {
		OAuth2AuthorizationRequest request = TestRequests.oidc(customizer);
		OAuth2AuthorizationRequest restored = roundTrip(request);
		assertThat(restored).isEqualTo(request);
		assertThat(restored.getAuthorizationRequestUri()).isEqualTo(request.getAuthorizationRequestUri());
		assertThat(restored.getScopes()).containsExactlyElementsOf(request.getScopes());
	}

	@Test
	void requestWithNothingButWhatItMustHaveComesBackEqual() {
		OAuth2AuthorizationRequest request = TestRequests.plain().build();
		assertThat(request.getRedirectUri()).isNull();
		assertThat(request.getScopes()).isEmpty();
		assertThat(roundTrip(request)).isEqualTo(request);
	}

	@Test
	void uriIsStoredOnlyWhereItDoesNotFollow() {
		String marker = "https://id.example.com/elsewhere";
		assertThat(text(this.codec.encode(TestRequests.oidc()))).doesNotContain("https://shop.example.com/login?")
			.doesNotContain("client_id=");
		assertThat(text(this.codec.encode(TestRequests.oidc((builder) -> builder.authorizationRequestUri(marker)))))
			.contains(marker);
	}

	@ParameterizedTest
	@ValueSource(strings = { "s", "caf\u00e9 \ud83d\ude00", "a&b=c", "\u0000\r\n", "0123456789abcdef0123456789abcdef" })
	void stateIsThatOfTheCallback(String state) {
		OAuth2AuthorizationRequest request = TestRequests.plain().state(state).build();
		assertThat(roundTrip(request)).isEqualTo(request);
		OAuth2AuthorizationRequest other = this.codec.decode(this.codec.encode(request), "other");
		assertThat(other.getState()).isEqualTo("other");
	}

	@Test
	void subclassIsRefused() {
		OAuth2AuthorizationRequest request = new Subclass.Builder().authorizationUri("https://id.example.com/authorize")
			.clientId("online-shop")
			.state("planted-state")
			.build();
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode(request))
			.withMessageContaining(Subclass.class.getName())
			.withMessageContaining(AuthorizationRequestCodec.class.getName())
			.withMessageNotContaining("planted");
	}

	@Test
	void threadsDoNotDisturbEachOther() {
		List<OAuth2AuthorizationRequest> requests = IntStream.range(0, 500)
			.mapToObj((i) -> TestRequests.plain().state("s" + i).attributes(Map.of("a", "v".repeat(i))).build())
			.toList();
		assertThat(requests.parallelStream().map(this::roundTrip).toList()).isEqualTo(requests);
	}

	private OAuth2AuthorizationRequest roundTrip(OAuth2AuthorizationRequest request) {
		return this.codec.decode(this.codec.encode(request), request.getState());
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	private static String sha256(String text) throws Exception {
		byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
		return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
	}

	@SuppressWarnings("serial")
	private static final class Subclass extends OAuth2AuthorizationRequest {

		private Subclass(Builder builder) {
			super(builder);
		}

		private static final class Builder extends OAuth2AuthorizationRequest.AbstractBuilder<Subclass, Builder> {

			@Override
			public Subclass build() {
				return new Subclass(this);
			}

		}

	}

}
