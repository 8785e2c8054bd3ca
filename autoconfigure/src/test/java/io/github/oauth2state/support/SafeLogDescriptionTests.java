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
 * Tests for {@link SafeLog#describe}.
 */
class SafeLogDescriptionTests {

	@Test
	void providerThatIsNotThereIsNamedWithoutItsAddress() {
		OAuth2AuthorizationException cause = new OAuth2AuthorizationException(
				new OAuth2Error("invalid_token_response", "Cannot reach https://secret.example", null),
				new ResourceAccessException("I/O error on https://secret.example", new ConnectException("secret")));
		OAuth2AuthenticationException failure = new OAuth2AuthenticationException(cause.getError(), cause.toString(),
				cause);
		assertThat(SafeLog.describe(failure))
			.isEqualTo("invalid_token_response (ResourceAccessException, ConnectException)");
	}

	@Test
	void refusalOfTheProviderIsItsCode() {
		assertThat(SafeLog.describe(new OAuth2AuthenticationException("invalid_grant"))).isEqualTo("invalid_grant");
	}

	@Test
	void exceptionWithoutCodeIsItsTypes() {
		assertThat(SafeLog.describe(new BadCredentialsException("secret", new IllegalStateException("secret"))))
			.isEqualTo("BadCredentialsException, IllegalStateException");
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", "Bad\nLogin completed", "https://secret.example", "INVALID",
			"a_code_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on" })
	void whatDoesNotLookLikeACodeIsNotRepeated(String code) {
		assertThat(SafeLog.describeCode(code)).isEqualTo("other");
	}

	@Test
	void causesInACircleEnd() {
		RuntimeException first = new IllegalStateException("first");
		RuntimeException second = new IllegalArgumentException("second", first);
		first.initCause(second);
		assertThat(SafeLog.describe(first)).isEqualTo("IllegalStateException, IllegalArgumentException");
	}

	@Test
	void nestedTypeIsNamedWithTheOneAroundIt() {
		assertThat(SafeLog.describe(new Nested())).isEqualTo("SafeLogDescriptionTests$Nested");
	}

	private static final class Nested extends RuntimeException {

	}

}
