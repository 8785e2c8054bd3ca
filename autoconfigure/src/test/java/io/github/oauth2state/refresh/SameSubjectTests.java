package io.github.oauth2state.refresh;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;

import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A refreshed ID token is about the user who is signed in, or is refused.
 */
@ParameterizedClass
@EnumSource
class SameSubjectTests {

	private final SpiedStore store = new SpiedStore();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance instance;

	private final TestInstance other;

	SameSubjectTests(Stack stack) {
		this.instance = stack.instance(this.store, this.provider);
		this.other = stack.instance(this.store, this.provider);
	}

	@Test
	void tokenAboutTheSameSubjectIsTaken() {
		this.provider.additional = Map.of("id_token", idToken("{\"sub\":\"alice\"}"));
		assertThat(refresh(this.instance, "idp")).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"sub\":\"bob\"}", "{}", "{\"sub\":null}", "{\"sub\":\"alice \"}" })
	void tokenAboutAnotherSubjectIsRefusedOnAllInstances(String claims) {
		this.provider.additional = Map.of("id_token", idToken(claims));
		for (TestInstance each : List.of(this.instance, this.other)) {
			assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> refresh(each, "idp"))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_id_token"));
		}
		assertThat(this.provider.calls).hasValue(1);
	}

	@Test
	void tokenThatWasOfferedByARequestWithoutALoginIsRefusedByOneWithIt() {
		this.provider.additional = Map.of("id_token", idToken("{\"sub\":\"bob\"}"));
		assertThat(this.instance.refresh("f.0")).isNotNull();
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> refresh(this.other, "idp"));
	}

	@Test
	void tokenThatCannotBeReadIsLeftToSpringSecurity() {
		this.provider.additional = Map.of("id_token", "not a token");
		assertThat(refresh(this.instance, "idp")).isNotNull();
	}

	@Test
	void tokensOfAnotherRegistrationThanTheLoginsAreNotCompared() {
		this.provider.additional = Map.of("id_token", idToken("{\"sub\":\"alice-at-the-other\"}"));
		assertThat(refresh(this.instance, "other")).isNotNull();
	}

	private static Object refresh(TestInstance instance, String registration) {
		return instance.refresh(login(), registration, "f.0", Set.of());
	}

	private static Authentication login() {
		OidcIdToken idToken = new OidcIdToken("token", Instant.now(), Instant.now().plusSeconds(60),
				Map.of("sub", "alice"));
		return new OAuth2AuthenticationToken(new DefaultOidcUser(List.of(), idToken), List.of(), "idp");
	}

	private static String idToken(String claims) {
		return encode("{\"alg\":\"RS256\"}") + "." + encode(claims) + "." + encode("signature");
	}

	private static String encode(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

}
