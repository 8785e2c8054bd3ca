package io.github.oauth2state.support;

import java.net.ConnectException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.web.client.ResourceAccessException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FailureReason}.
 */
class FailureReasonTests {

	@Test
	void providerThatIsNotThereIsNamedWithoutItsAddress() {
		OAuth2AuthorizationException cause = new OAuth2AuthorizationException(
				new OAuth2Error("invalid_token_response", "Cannot reach https://secret.example", null),
				new ResourceAccessException("I/O error on https://secret.example", new ConnectException("secret")));
		OAuth2AuthenticationException failure = new OAuth2AuthenticationException(cause.getError(), cause.toString(),
				cause);
		assertThat(FailureReason.of(failure))
			.isEqualTo("invalid_token_response (ResourceAccessException, ConnectException)");
	}

	@Test
	void refusalOfTheProviderIsItsCode() {
		assertThat(FailureReason.of(new OAuth2AuthenticationException("invalid_grant"))).isEqualTo("invalid_grant");
	}

	@Test
	void exceptionWithoutCodeIsItsTypes() {
		assertThat(FailureReason.of(new BadCredentialsException("secret", new IllegalStateException("secret"))))
			.isEqualTo("BadCredentialsException, IllegalStateException");
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", "Bad\nLogin completed", "https://secret.example", "INVALID",
			"a_code_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on" })
	void whatDoesNotLookLikeACodeIsNotRepeated(String code) {
		assertThat(FailureReason.ofCode(code)).isEqualTo("other");
	}

	@Test
	void causesInACircleEnd() {
		RuntimeException first = new IllegalStateException("first");
		RuntimeException second = new IllegalArgumentException("second", first);
		first.initCause(second);
		assertThat(FailureReason.of(first)).isEqualTo("IllegalStateException, IllegalArgumentException");
	}

	@Test
	void nestedTypeIsNamedWithTheOneAroundIt() {
		assertThat(FailureReason.of(new Nested())).isEqualTo("FailureReasonTests$Nested");
	}

	private static final class Nested extends RuntimeException {

	}

}
