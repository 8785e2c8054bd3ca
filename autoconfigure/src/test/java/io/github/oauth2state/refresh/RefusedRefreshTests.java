package io.github.oauth2state.refresh;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.tokens.RefusalHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * What happens when the provider refuses a user's refresh token for good.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusedRefreshTests {

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final List<String> refusals = new ArrayList<>();

	private final RefusalHandler handler = (registration, user) -> this.refusals
		.add(registration.getRegistrationId() + " " + user.getName());

	private final TestInstance a = instance(null, this.handler);

	private final TestInstance b = instance(null, this.handler);

	private TestInstance instance(@Nullable OAuth2AuthorizedClientService clients, RefusalHandler... handlers) {
		return new TestInstance(TestInstance.singleFlight(this.store, TestInstance.PROPERTIES, "app"), this.provider,
				clients, new Refusals(() -> List.of(handlers)));
	}

	@AfterEach
	void endRequest() {
		RequestContextHolder.resetRequestAttributes();
	}

	@Test
	void refusalIsHandedOn() {
		refuse();
		assertRefused(this.a, "f.0");
		assertThat(this.refusals).containsExactly("idp alice");
	}

	@Test
	void refusalThatAnotherInstanceReceivedIsHandedOnToo() {
		refuse();
		assertRefused(this.a, "f.0");
		assertRefused(this.b, "f.0");
		assertThat(this.provider.calls).hasValue(1);
		assertThat(this.refusals).containsExactly("idp alice", "idp alice");
	}

	@Test
	void refusalIsHandedOnOnceForEachRequest() {
		refuse();
		for (int request = 0; request < 2; request++) {
			RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
			assertRefused(this.a, "f.0");
			assertRefused(this.a, "f.0");
			assertRefused(this.b, "g.0");
		}
		assertThat(this.refusals).hasSize(2);
	}

	@Test
	void refusalAfterTheRequestHasEndedIsHandedOn() {
		refuse();
		ServletRequestAttributes ended = new ServletRequestAttributes(new MockHttpServletRequest());
		ended.requestCompleted();
		RequestContextHolder.setRequestAttributes(ended);
		assertRefused(this.a, "f.0");
		assertThat(this.refusals).containsExactly("idp alice");
	}

	@ParameterizedTest
	@ValueSource(strings = { "server_error", "temporarily_unavailable", "invalid_client", "invalid_request" })
	void otherErrorIsNotHandedOn(String code) {
		this.provider.failure = StrictProvider.error(code);
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.a.refresh("f.0"));
		assertThat(this.refusals).isEmpty();
	}

	@Test
	void refusalThatNewerTokensMakeIrrelevantIsNotHandedOn() {
		OAuth2AuthorizedClientService clients = mock(OAuth2AuthorizedClientService.class);
		Instant now = Instant.now();
		OAuth2AccessToken access = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "access-new", now,
				now.plusSeconds(300));
		OAuth2AuthorizedClient newer = new OAuth2AuthorizedClient(TestInstance.registration("idp"), "alice", access,
				new OAuth2RefreshToken("f.7", null));
		given(clients.loadAuthorizedClient("idp", "alice")).willReturn(null, newer);
		refuse();
		assertThat(Responses.token(instance(clients, this.handler).refresh("f.0"))).isEqualTo("access-new");
		assertThat(this.refusals).isEmpty();
	}

	@Test
	void refusalAheadOfTimeIsNotHandedOnAsTheTokensAreValid() {
		refuse();
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.a.refreshEarly("f.0"));
		assertThat(this.refusals).isEmpty();
		assertRefused(this.a, "f.0");
		assertThat(this.refusals).hasSize(1);
	}

	@Test
	void refusalOfNobodyIsNotHandedOn() {
		refuse();
		Authentication anonymous = new AnonymousAuthenticationToken("key", "anonymousUser",
				AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));
		assertThatExceptionOfType(OAuth2AuthorizationException.class)
			.isThrownBy(() -> this.a.refresh(anonymous, "idp", "f.0", Set.of()));
		assertThat(this.refusals).isEmpty();
	}

	@Test
	void handlerThatFailsChangesNothing(CapturedOutput output) {
		refuse();
		TestInstance failing = instance(null, (registration, user) -> {
			throw new IllegalStateException("planted");
		}, this.handler);
		assertRefused(failing, "f.0");
		assertThat(this.refusals).hasSize(1);
		assertThat(output).contains("A refused refresh of registration 'idp' could not be handled")
			.doesNotContain("planted");
	}

	private void refuse() {
		this.provider.failure = StrictProvider.error("invalid_grant");
	}

	private static void assertRefused(TestInstance instance, String refreshToken) {
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> instance.refresh(refreshToken))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "keep", "logout" })
	void appsHandlerIsCalledIfItIsConfigured(String onRefusal, CapturedOutput output) {
		try (TokenEndpoint endpoint = new TokenEndpoint()) {
			endpoint.status = 400;
			endpoint.error = "invalid_grant";
			app(endpoint).withPropertyValues("oauth2-state.refresh.on-refusal=" + onRefusal)
				.withBean(RefusalHandler.class, () -> this.handler)
				.run((context) -> {
					Authentication alice = new TestingAuthenticationToken("alice", null, List.of());
					OAuth2AuthorizedClient due = new OAuth2AuthorizedClient(
							context.getBean(ClientRegistrationRepository.class).findByRegistrationId("idp"), "alice",
							TestInstance.expired("due"), new OAuth2RefreshToken("refused", null));
					context.getBean(OAuth2AuthorizedClientService.class).saveAuthorizedClient(due, alice);
					OAuth2AuthorizedClientManager manager = context.getBean(OAuth2AuthorizedClientManager.class);
					assertThatExceptionOfType(OAuth2AuthorizationException.class)
						.isThrownBy(() -> TestApp.authorize(manager, "idp", alice));
				});
		}
		assertThat(this.refusals).hasSize(onRefusal.equals("logout") ? 1 : 0);
		assertThat(output).doesNotContain("has no effect");
	}

	@Test
	void clientThatIsRefusedItselfIsNoUser() {
		try (TokenEndpoint endpoint = new TokenEndpoint()) {
			endpoint.status = 400;
			endpoint.error = "invalid_grant";
			TestApp.runner()
				.withPropertyValues("oauth2-state.refresh.on-refusal=logout")
				.withPropertyValues(TestApp.registration("machine", "client_credentials", endpoint))
				.withBean(RefusalHandler.class, () -> this.handler)
				.withBean(StateStore.class, SpiedStore::new)
				.run((context) -> assertThatExceptionOfType(OAuth2AuthorizationException.class)
					.isThrownBy(() -> TestApp.authorize(context.getBean(OAuth2AuthorizedClientManager.class), "machine",
							new TestingAuthenticationToken("alice", null, List.of()))));
		}
		assertThat(this.refusals).isEmpty();
	}

	@Test
	void warnsIfNothingEndsSessions(CapturedOutput output) {
		try (TokenEndpoint endpoint = new TokenEndpoint()) {
			app(endpoint).withPropertyValues("oauth2-state.refresh.on-refusal=logout")
				.run((context) -> assertThat(context).hasNotFailed());
		}
		assertThat(output).contains("oauth2-state.refresh.on-refusal=logout has no effect: nothing in this app");
	}

	@Test
	void warnsIfRefreshesAreNotCoordinated(CapturedOutput output) {
		try (TokenEndpoint endpoint = new TokenEndpoint()) {
			app(endpoint)
				.withPropertyValues("oauth2-state.refresh.on-refusal=logout", "oauth2-state.refresh.strategy=none")
				.withBean(RefusalHandler.class, () -> this.handler)
				.run((context) -> assertThat(context).hasNotFailed());
		}
		assertThat(output).contains("oauth2-state.refresh.on-refusal=logout has no effect: refreshes are not");
	}

	private static WebApplicationContextRunner app(TokenEndpoint endpoint) {
		return TestApp.runner()
			.withPropertyValues(TestApp.registration("idp", "authorization_code", endpoint))
			.withBean(StateStore.class, SpiedStore::new);
	}

}
