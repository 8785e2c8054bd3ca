package io.github.oauth2state.login.servlet;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginNote;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callbacks without an issuer, of providers that announce one. With one provider no
 * callback can be another's.
 */
class OnlyProviderTests {

	@Test
	void issuerIsNotRequiredOfTheOnlyProvider() {
		ClientRegistration web = registration("web", "https://id.example");
		ClientRegistration admin = registration("admin", "https://id.example");
		assertThat(reason(new InMemoryClientRegistrationRepository(web), web, null)).isNull();
		assertThat(reason(new InMemoryClientRegistrationRepository(web, admin), web, null)).isNull();
		assertThat(reason(new InMemoryClientRegistrationRepository(machine(), web), web, null)).isNull();
	}

	@Test
	void registrationThatIsNotForUsersPostsNoCallbacks() {
		CallbackCheck check = new CallbackCheck(() -> new InMemoryClientRegistrationRepository(machine()), null);
		assertThat(check.isPostedByConfiguration(new ServletExchange(new MockHttpServletRequest("POST", "/"))))
			.isFalse();
	}

	@Test
	void issuerIsRequiredIfThereIsAnotherProviderOrMayBe() {
		ClientRegistration web = registration("web", "https://id.example");
		ClientRegistration other = registration("other", "https://other.example");
		assertThat(reason(new InMemoryClientRegistrationRepository(web, other), web, null)).isEqualTo("issuer_missing");
		assertThat(reason((id) -> web, web, null)).isEqualTo("issuer_missing");
	}

	@Test
	void otherIssuerIsRefusedAlways() {
		ClientRegistration web = registration("web", "https://id.example");
		assertThat(reason(new InMemoryClientRegistrationRepository(web), web, "https://evil.example"))
			.isEqualTo("issuer_mismatch");
		assertThat(reason(new InMemoryClientRegistrationRepository(List.of(web)), web, "https://id.example")).isNull();
	}

	private static @Nullable String reason(ClientRegistrationRepository registrations, ClientRegistration registration,
			@Nullable String issuer) {
		OAuth2AuthorizationRequest login = OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://id.example/authorize")
			.clientId("shop")
			.state("state")
			.build();
		MockHttpServletRequest callback = new MockHttpServletRequest("GET", "/login/oauth2/code/web");
		callback.addParameter("code", "code");
		if (issuer != null) {
			callback.addParameter("iss", issuer);
		}
		LoginEvent event = new CallbackCheck(() -> registrations, null).refusal(LoginNote.Kind.CLIENT, login,
				registration, LoginPath.SHARED, "reference", new ServletExchange(callback));
		return (event != null) ? event.reason() : null;
	}

	private static ClientRegistration machine() {
		return ClientRegistration.withRegistrationId("machine")
			.clientId("shop")
			.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
			.tokenUri("https://machines.example/token")
			.build();
	}

	private static ClientRegistration registration(String id, String issuer) {
		return ClientRegistration.withRegistrationId(id)
			.clientId("shop")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("{baseUrl}/{action}/oauth2/code/{registrationId}")
			.authorizationUri(issuer + "/authorize")
			.tokenUri(issuer + "/token")
			.issuerUri(issuer)
			.providerConfigurationMetadata(Map.of("authorization_response_iss_parameter_supported", true))
			.build();
	}

}
