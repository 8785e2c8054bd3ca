package io.github.oauth2state.login;

import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CborAuthorizationRequestCodec}: how long a request may be, and how
 * long it is.
 */
class CborLengthTests {

	/**
	 * Half of it are nonce and verifier, 96 random bytes each. With what is added to it -
	 * the time, the seal, the key, and what Redis itself needs - a pending login takes
	 * about 600 bytes there.
	 */
	private static final int MAX_OIDC_LENGTH = 460;

	private final CborAuthorizationRequestCodec codec = new CborAuthorizationRequestCodec();

	@Test
	void oidcRequestIsSmall(TestReporter reporter) {
		int length = this.codec.encode(TestRequests.oidc()).length;
		reporter.publishEntry("bytes of an OpenID Connect request with PKCE", Integer.toString(length));
		assertThat(length).isLessThanOrEqualTo(MAX_OIDC_LENGTH);
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

	private void assertRefusedAsTooLarge(OAuth2AuthorizationRequest request) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.codec.encode(request))
			.withMessageContaining("16384 are allowed")
			.withMessageContaining(AuthorizationRequestCodec.class.getName())
			.withMessageNotContaining("planted");
	}

	private OAuth2AuthorizationRequest roundTrip(OAuth2AuthorizationRequest request) {
		return this.codec.decode(this.codec.encode(request), request.getState());
	}

}
