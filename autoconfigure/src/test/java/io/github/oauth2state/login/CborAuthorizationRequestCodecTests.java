package io.github.oauth2state.login;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
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
 * {@link CborAttributeTests} for the types of attributes and
 * {@link CborHostileBytesTests} for bytes that it did not write.
 */
class CborAuthorizationRequestCodecTests {

	/**
	 * Half of it are nonce and verifier, 96 random bytes each. With what is added to it -
	 * the time, the seal, the key, and what Redis itself needs - a pending login takes
	 * about 600 bytes there.
	 */
	private static final int MAX_OIDC_LENGTH = 460;

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
	void oidcRequestIsSmall(TestReporter reporter) {
		int length = this.codec.encode(TestRequests.oidc()).length;
		reporter.publishEntry("bytes of an OpenID Connect request with PKCE", Integer.toString(length));
		assertThat(length).isLessThanOrEqualTo(MAX_OIDC_LENGTH);
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

	/**
	 * Recorded once. Logins that an earlier version began must be completed by this one.
	 */
	@Test
	void bytesOfEarlierVersionsAreRead() {
		byte[] recorded = HexFormat.of().parseHex("""
				bf01782068747470733a2f2f69642e6578616d706c652e636f6d2f617574686f72697a65026b6f6e6c696e652d\
				73686f7003783368747470733a2f2f73686f702e6578616d706c652e636f6d2f6c6f67696e2f6f61757468322f\
				636f64652f6b6579636c6f616b0482666f70656e696465656d61696c05a36e636f64655f6368616c6c656e6765\
				810075636f64655f6368616c6c656e67655f6d6574686f6481006670726f6d7074656c6f67696e06a66f726567\
				697374726174696f6e5f6964686b6579636c6f616b656e6f6e636558209e79e79e79e79e79e79e79e79e79e79e\
				79e79e79e79e79e79e79e79e79e79e796d636f64655f766572696669657258207418dfb49799e0254ffa607dd8\
				adbbba16d4254d69d6bff05b58055853848d79646c6f6e6782016137666e65737465648414831661618215f582\
				096575726e3a62820263312e35646e756c6cf607782068747470733a2f2f69642e6578616d706c652e636f6d2f\
				656c73657768657265ff""");
		assertThat(this.codec.decode(recorded, "a-state")).isEqualTo(recordedRequest());
	}

	/**
	 * Names that most logins have take one byte each.
	 */
	@Test
	void bytesAreThoseThatLaterVersionsHaveToRead() {
		byte[] recorded = HexFormat.of().parseHex("""
				bf01782068747470733a2f2f69642e6578616d706c652e636f6d2f617574686f72697a65026b6f6e6c696e652d\
				73686f7003783368747470733a2f2f73686f702e6578616d706c652e636f6d2f6c6f67696e2f6f61757468322f\
				636f64652f6b6579636c6f616b0482666f70656e696465656d61696c05a361048100610581006670726f6d7074\
				656c6f67696e06a66101686b6579636c6f616b610358209e79e79e79e79e79e79e79e79e79e79e79e79e79e79e\
				79e79e79e79e79e79e79610258207418dfb49799e0254ffa607dd8adbbba16d4254d69d6bff05b58055853848d\
				79646c6f6e6782016137666e65737465648414831661618215f582096575726e3a62820263312e35646e756c6c\
				f607782068747470733a2f2f69642e6578616d706c652e636f6d2f656c73657768657265ff""");
		assertThat(this.codec.encode(recordedRequest())).isEqualTo(recorded);
		assertThat(this.codec.decode(recorded, "a-state")).isEqualTo(recordedRequest());
	}

	@Test
	void nameThatALaterVersionShortensIsRefused() {
		String bytes = HexFormat.of().formatHex(this.codec.encode(TestRequests.withAttribute("x", "y")));
		for (String name : List.of("6106", "611f", "620178")) {
			byte[] later = HexFormat.of().parseHex(bytes.replace("6178" + "6179", name + "6179"));
			assertThatIllegalArgumentException().isThrownBy(() -> this.codec.decode(later, "state"));
		}
	}

	static OAuth2AuthorizationRequest recordedRequest() {
		Map<String, Object> attributes = new LinkedHashMap<>();
		attributes.put("registration_id", "keycloak");
		attributes.put("nonce", "n".repeat(43).replaceAll("n$", "k"));
		attributes.put("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
		attributes.put("long", 7L);
		attributes.put("nested", List.of(Map.of("a", Set.of(true)), URI.create("urn:b"), 1.5));
		attributes.put("null", null);
		return TestRequests.plain()
			.redirectUri("https://shop.example.com/login/oauth2/code/keycloak")
			.scope("openid", "email")
			.attributes(attributes)
			.additionalParameters((parameters) -> {
				parameters.put("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
				parameters.put("code_challenge_method", "S256");
				parameters.put("prompt", "login");
			})
			.authorizationRequestUri("https://id.example.com/elsewhere")
			.build();
	}

	@Test
	void fieldsOfANewerWriterAreSkipped() {
		OAuth2AuthorizationRequest request = TestRequests.oidc();
		byte[] bytes = this.codec.encode(request);
		// An indefinite-length map, RFC 8949, section 3.2.2: fields, then a break.
		assertThat(bytes).startsWith(0xbf).endsWith(0xff);
		List<String> fields = List.of("08" + "01", "08" + "f6", "08" + "6161", "08" + "4101",
				"08" + "fb3ff8000000000000", "08" + "80", "08" + "a0", "08" + "83010203", "08" + "9f8201a16161f5ff",
				"08" + "a1616101", "08" + "bf6161bf6162820102ffff", "1863" + "01", "1903e8" + "01",
				"08" + "c11a514b67b0", "6138" + "01");
		for (String field : fields) {
			byte[] inserted = HexFormat.of().parseHex(field);
			for (int at : new int[] { 1, bytes.length - 1 }) {
				OAuth2AuthorizationRequest read = this.codec.decode(insert(bytes, at, inserted), request.getState());
				assertThat(read).as("%s at %d", field, at).isEqualTo(request);
			}
		}
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
	void requestOf16KiBIsWrittenAndAByteMoreIsRefused() {
		int length = 16 * 1024;
		while (!isWritten(blanks(length))) {
			length--;
		}
		OAuth2AuthorizationRequest largest = blanks(length);
		assertThat(this.codec.encode(largest)).hasSize(16 * 1024);
		assertThat(roundTrip(largest)).isEqualTo(largest);
		assertRefusedAsTooLarge(blanks(length + 1));
	}

	private boolean isWritten(OAuth2AuthorizationRequest request) {
		try {
			return this.codec.encode(request).length > 0;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private static OAuth2AuthorizationRequest blanks(int length) {
		return TestRequests.withAttribute("a", " ".repeat(length));
	}

	@Test
	void oversizedRequestIsRefused() {
		assertRefusedAsTooLarge(TestRequests.withAttribute("a", "planted ".repeat(100_000)));
		assertRefusedAsTooLarge(TestRequests.withAttribute("a", "planted".repeat(100_000)));
		assertRefusedAsTooLarge(TestRequests.withAttribute("a", IntStream.range(0, 20_000).boxed().toList()));
		assertRefusedAsTooLarge(TestRequests.plain().clientId("planted ".repeat(3000)).build());
		assertRefusedAsTooLarge(TestRequests.plain().scope("planted ".repeat(3000)).build());
		assertRefusedAsTooLarge(TestRequests.plain().authorizationRequestUri("planted ".repeat(3000)).build());
		assertRefusedAsTooLarge(
				TestRequests.plain().additionalParameters(Map.of("planted ".repeat(3000), "value")).build());
	}

	@Test
	void base64UrlOfMoreThan16KiBIsWrittenWhereItsBytesFit() {
		OAuth2AuthorizationRequest request = TestRequests.withAttribute("a", "ABCD".repeat(5000));
		assertThat(this.codec.encode(request)).hasSizeLessThan(16 * 1024);
		assertThat(roundTrip(request)).isEqualTo(request);
	}

	@Test
	void threadsDoNotDisturbEachOther() {
		List<OAuth2AuthorizationRequest> requests = IntStream.range(0, 500)
			.mapToObj((i) -> TestRequests.plain().state("s" + i).attributes(Map.of("a", "v".repeat(i))).build())
			.toList();
		assertThat(requests.parallelStream().map(this::roundTrip).toList()).isEqualTo(requests);
	}

	private void assertRefusedAsTooLarge(OAuth2AuthorizationRequest request) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode(request))
			.withMessageContaining("16384 are allowed")
			.withMessageContaining(AuthorizationRequestCodec.class.getName())
			.withMessageNotContaining("planted");
	}

	private OAuth2AuthorizationRequest roundTrip(OAuth2AuthorizationRequest request) {
		return this.codec.decode(this.codec.encode(request), request.getState());
	}

	private static byte[] insert(byte[] bytes, int at, byte[] inserted) {
		ByteArrayOutputStream joined = new ByteArrayOutputStream();
		joined.write(bytes, 0, at);
		joined.writeBytes(inserted);
		joined.write(bytes, at, bytes.length - at);
		return joined.toByteArray();
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
