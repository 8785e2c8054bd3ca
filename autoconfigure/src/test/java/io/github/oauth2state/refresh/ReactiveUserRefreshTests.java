package io.github.oauth2state.refresh;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizationSuccessHandler;
import org.springframework.security.oauth2.client.RefreshTokenReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReactiveUserRefresh}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveUserRefreshTests {

	private final OAuth2AuthorizedClient client = new OAuth2AuthorizedClient(TestInstance.registration("idp"), "alice",
			TestInstance.expired("planted"));

	@Test
	void userIsRefreshed() {
		AtomicInteger calls = new AtomicInteger();
		StepVerifier.create(refresh((client, principal, attributes) -> Mono.fromRunnable(calls::incrementAndGet)))
			.verifyComplete();
		assertThat(calls).hasValue(1);
	}

	@ParameterizedTest
	@MethodSource
	void outageDoesNotFailTheRefreshOfTokens(Throwable cause, CapturedOutput output) {
		StepVerifier.create(refresh((client, principal, attributes) -> failure(cause))).verifyComplete();
		assertThat(output).contains("New tokens of registration 'idp' are used").doesNotContain("planted", "alice");
	}

	static Stream<Throwable> outageDoesNotFailTheRefreshOfTokens() {
		return Stream.of(new IOException("away"), answer(503), answer(429), new IllegalStateException(answer(500)),
				new WebClientRequestException(new IllegalStateException("closed"), HttpMethod.GET,
						URI.create("http://idp.example"), new HttpHeaders()));
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 404 })
	void refusalFailsTheRefreshOfTokens(int status, CapturedOutput output) {
		StepVerifier.create(refresh((client, principal, attributes) -> failure(answer(status))))
			.verifyError(OAuth2AuthenticationException.class);
		assertThat(output).contains("New tokens of registration 'idp' are not saved");
	}

	@Test
	void userStaysAsItIsIfTheRequestIsGone() {
		AtomicInteger changes = new AtomicInteger();
		StepVerifier
			.create(refresh((client, principal,
					attributes) -> Mono.just("user").doOnNext((user) -> changes.incrementAndGet()).then())
				.contextWrite((context) -> context.put(ReactiveUserRefresh.GONE, Mono.empty())))
			.verifyComplete();
		assertThat(changes).hasValue(0);
	}

	@Test
	void refreshOfTheUserEndsWhenTheRequestGoes() {
		Sinks.Empty<Void> gone = Sinks.empty();
		TestPublisher<Void> user = TestPublisher.create();
		StepVerifier
			.create(refresh((client, principal, attributes) -> user.mono())
				.contextWrite((context) -> context.put(ReactiveUserRefresh.GONE, gone.asMono())))
			.then(user::assertSubscribers)
			.then(gone::tryEmitEmpty)
			.verifyComplete();
		user.assertCancelled();
	}

	/**
	 * Spring Security refreshes the user from version 7.1 on.
	 */
	@Test
	void providerKeepsItsHandlerInsideThisOne() {
		RefreshTokenReactiveOAuth2AuthorizedClientProvider provider = new RefreshTokenReactiveOAuth2AuthorizedClientProvider();
		boolean refreshesUsers = ClassUtils.hasMethod(provider.getClass(), "setAuthorizationSuccessHandler",
				ReactiveOAuth2AuthorizationSuccessHandler.class);
		assertThat(ReactiveClientInternals.userRefresh(provider).isPresent()).isEqualTo(refreshesUsers);
		ReactiveUserRefresh handler = new ReactiveUserRefresh((client, principal, attributes) -> Mono.empty());
		ReactiveClientInternals.setUserRefresh(provider, handler);
		assertThat(ReactiveClientInternals.userRefresh(provider).filter((known) -> known == handler).isPresent())
			.isEqualTo(refreshesUsers);
	}

	private Mono<Void> refresh(ReactiveOAuth2AuthorizationSuccessHandler handler) {
		return new ReactiveUserRefresh(handler).onAuthorizationSuccess(this.client,
				new TestingAuthenticationToken("alice", "none"), Map.of());
	}

	private static Mono<Void> failure(Throwable cause) {
		return Mono.error(new OAuth2AuthenticationException(new OAuth2Error("invalid_id_token"), cause));
	}

	private static WebClientResponseException answer(int status) {
		return WebClientResponseException.create(status, "", new HttpHeaders(), new byte[0], StandardCharsets.UTF_8);
	}

}
