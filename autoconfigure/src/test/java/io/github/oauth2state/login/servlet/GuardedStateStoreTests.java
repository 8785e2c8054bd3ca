package io.github.oauth2state.login.servlet;

import java.util.Optional;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LostLoginException;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link GuardedStateStore}: a store of the app's own that fails in a way of
 * its own, or loses what it had.
 */
class GuardedStateStoreTests {

	private final FailingStore store = new FailingStore();

	private final WebApplicationContextRunner app = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class,
				RolloutAutoConfiguration.class, StateStoreAutoConfiguration.class, ServletLoginAutoConfiguration.class))
		.withBean(StateStore.class, () -> this.store)
		.withBean(ClientRegistrationRepository.class, () -> (id) -> {
			throw new UnsupportedOperationException("No registrations");
		});

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@Test
	void callbackFindsNothingWhereTheStoreFails() {
		run((repository) -> {
			MockHttpServletRequest callback = begin(repository);
			this.store.failing = true;
			assertThat(repository.removeAuthorizationRequest(callback, this.response)).isNull();
			assertThat(callback.getAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE)).isNotNull();
			assertThat(repository.loadAuthorizationRequest(callback)).isNull();
		});
	}

	@Test
	void loginIsDiscardedForTheBrowserThoughTheStoreFails() {
		run((repository) -> {
			MockHttpServletRequest callback = begin(repository);
			this.store.failing = true;
			MockHttpServletResponse answer = new MockHttpServletResponse();
			repository.saveAuthorizationRequest(null, callback, answer);
			assertThat(answer.getCookies()).hasSize(1);
		});
	}

	@Test
	void failureToPutARecordBackDoesNotReplaceTheFailureBefore() {
		run((repository) -> {
			MockHttpServletRequest callback = begin(repository);
			this.store.failingToPut = true;
			assertThatThrownBy(() -> repository.removeAuthorizationRequest(callback, this.response))
				.isInstanceOf(UnsupportedOperationException.class)
				.hasMessage("No registrations");
		});
	}

	@Test
	void loginThatAnotherTakesAfterItWasLoadedIsNoNullForTheFilterForClients() {
		run((repository) -> {
			MockHttpServletRequest callback = begin(repository);
			callback.setParameter("error", "access_denied");
			LoginNote.of(new ServletExchange(callback)).setHandler(LoginNote.Kind.CLIENT);
			this.store.record = Optional.empty();
			assertThatExceptionOfType(LostLoginException.class)
				.isThrownBy(() -> repository.removeAuthorizationRequest(callback, this.response));
		});
	}

	private void run(Consumer<AuthorizationRequestRepository<OAuth2AuthorizationRequest>> test) {
		this.app.run((context) -> test.accept(repository(context.getBean(AuthorizationRequestRepository.class))));
	}

	@SuppressWarnings("unchecked")
	private static AuthorizationRequestRepository<OAuth2AuthorizationRequest> repository(Object bean) {
		return (AuthorizationRequestRepository<OAuth2AuthorizationRequest>) bean;
	}

	private MockHttpServletRequest begin(AuthorizationRequestRepository<OAuth2AuthorizationRequest> repository) {
		OAuth2AuthorizationRequest login = OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://id.example.com/authorize")
			.clientId("shop")
			.redirectUri("https://shop.example.com/login/oauth2/code/idp")
			.attributes((attributes) -> attributes.put("registration_id", "idp"))
			.state("state")
			.build();
		repository.saveAuthorizationRequest(login, new MockHttpServletRequest("GET", "/oauth2/authorization/idp"),
				this.response);
		MockHttpServletRequest callback = new MockHttpServletRequest("GET", "/login/oauth2/code/idp");
		callback.setCookies(this.response.getCookies());
		callback.setParameter("state", "state");
		return callback;
	}

}
