package io.github.oauth2state.authorizationserver;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUserAuthority;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuthorizationCodec}: an authorization comes back as it was, or is not
 * written.
 */
class AuthorizationCodecTests {

	private static final List<GrantedAuthority> ROLES = List.of(new SimpleGrantedAuthority("ROLE_USER"));

	private final AuthorizationCodec codec = new AuthorizationCodec();

	static Stream<Authentication> users() {
		UsernamePasswordAuthenticationToken withDetails = UsernamePasswordAuthenticationToken.authenticated(user(),
				null, List.of(new SimpleGrantedAuthority("ROLE_USER"),
						FactorGrantedAuthority.fromAuthority("FACTOR_PASSWORD")));
		withDetails.setDetails(new WebAuthenticationDetails(new MockHttpServletRequest()));
		OidcIdToken idToken = new OidcIdToken("id-token", Instant.parse("2026-01-02T03:04:05Z"),
				Instant.parse("2026-01-02T04:04:05Z"), Map.of("sub", "alice", "iss", "https://upstream.example"));
		return Stream.of(TestCodes.user(), withDetails,
				UsernamePasswordAuthenticationToken.authenticated("alice", null, ROLES),
				UsernamePasswordAuthenticationToken.authenticated("alice", null, List.of()),
				new OAuth2AuthenticationToken(new DefaultOidcUser(List.of(new OidcUserAuthority(idToken)), idToken),
						List.of(new OidcUserAuthority(idToken)), "upstream"));
	}

	private static User user() {
		return (User) User.withUsername("alice").password("x").roles("USER").build();
	}

	@ParameterizedTest
	@MethodSource("users")
	void userOfSpringSecurityComesBack(Authentication user) {
		OAuth2Authorization authorization = TestCodes.requested(user)
			.token(TestCodes.newCode(Duration.ofMinutes(5)))
			.build();
		OAuth2Authorization back = roundTrip(authorization);
		Authentication backUser = back.getAttribute(Principal.class.getName());
		assertThat(backUser).isEqualTo(user).hasSameClassAs(user);
		assertThat(backUser.getPrincipal()).hasSameClassAs(user.getPrincipal());
		assertThat(backUser.getDetails()).isEqualTo(user.getDetails());
		assertThat(TestCodes.code(back)).isEqualTo(TestCodes.code(authorization));
		assertThat(TestCodes.code(back).getIssuedAt()).isEqualTo(TestCodes.code(authorization).getIssuedAt());
		assertThat(back.getAuthorizedScopes()).isEqualTo(authorization.getAuthorizedScopes());
		assertThat(back.getPrincipalName()).isEqualTo("alice");
	}

	static Stream<Authentication> unusualUsers() {
		UsernamePasswordAuthenticationToken unusualDetails = UsernamePasswordAuthenticationToken.authenticated(user(),
				null, ROLES);
		unusualDetails.setDetails(new Object());
		return Stream.of(new OwnAuthentication(), new OwnToken(),
				UsernamePasswordAuthenticationToken.authenticated(new Customer(7), null, ROLES),
				UsernamePasswordAuthenticationToken.authenticated(new OwnPrincipal("alice"), null, ROLES),
				UsernamePasswordAuthenticationToken.authenticated("alice", null, List.of(new OwnAuthority())),
				unusualDetails);
	}

	@ParameterizedTest
	@MethodSource("unusualUsers")
	void userThatWouldNotComeBackAsItIsIsNotWritten(Authentication user) {
		assertThat(this.codec.write(TestCodes.requested(user).token(TestCodes.newCode(Duration.ofMinutes(5))).build()))
			.isEmpty();
	}

	@Test
	void consentAndPushedRequestComeBack() {
		for (OAuth2Authorization authorization : List.of(TestCodes.onConsentPage(),
				TestCodes.pushed(Duration.ofMinutes(5)))) {
			assertThat(TestCodes.state(roundTrip(authorization))).isEqualTo(TestCodes.state(authorization));
		}
	}

	@Test
	void codeIsNotPartOfTheContent() {
		OAuth2Authorization authorization = TestCodes.withCode();
		assertThat(this.codec.write(authorization).orElseThrow().toString())
			.doesNotContain(TestCodes.code(authorization).getTokenValue());
	}

	static Stream<OAuth2Authorization> unusualAuthorizations() {
		OAuth2Authorization plain = TestCodes.withCode();
		OAuth2AuthorizationCode code = TestCodes.newCode(Duration.ofMinutes(5));
		Map<String, Object> circle = new HashMap<>();
		circle.put("self", circle);
		return Stream.of(OAuth2Authorization.from(plain).attribute("own", new Object()).build(),
				OAuth2Authorization.from(plain).attribute("own", new OwnAuthority()).build(),
				OAuth2Authorization.from(plain).attribute("own", circle).build(),
				TestCodes.requested(TestCodes.user()).token(code, (metadata) -> metadata.put("risk", "low")).build(),
				TestCodes.requested(TestCodes.user())
					.token(new OAuth2AuthorizationCode("endless", Instant.now(), null))
					.build(),
				TestCodes.requested(TestCodes.user())
					.token(code)
					.token(new OAuth2DeviceCode("device", Instant.now(), Instant.now().plusSeconds(60)))
					.build());
	}

	@ParameterizedTest
	@MethodSource("unusualAuthorizations")
	void authorizationThatWouldNotComeBackAsItIsIsNotWritten(OAuth2Authorization authorization) {
		assertThat(this.codec.write(authorization)).isEmpty();
	}

	@Test
	void attributesOfTheAppComeBack() {
		OAuth2Authorization authorization = OAuth2Authorization.from(TestCodes.withCode())
			.attribute("risk", "low")
			.attribute("score", 7)
			.build();
		assertThat(roundTrip(authorization).getAttributes()).containsEntry("risk", "low").containsEntry("score", 7);
	}

	@Test
	void contentThatIsNoAuthorizationIsNone() {
		Map<String, Object> content = this.codec.write(TestCodes.withCode()).orElseThrow();
		for (String name : Set.of("id", "client", "principal", "attributes")) {
			Map<String, Object> lacking = new HashMap<>(content);
			lacking.remove(name);
			assertThat(this.codec.read(lacking, "code")).isEmpty();
			lacking.put(name, 7);
			assertThat(this.codec.read(lacking, "code")).isEmpty();
		}
		Map<String, Object> hostile = new HashMap<>(content);
		hostile.put("attributes", "{\"@class\":\"java.util.HashMap\",\"x\":{\"@class\":\"java.lang.ProcessBuilder\"}}");
		assertThat(this.codec.read(hostile, "code")).isEmpty();
		hostile.put("attributes", content.get("attributes"));
		hostile.put("scopes", List.of(7));
		assertThat(this.codec.read(hostile, "code")).isEmpty();
	}

	@Test
	void entriesOfLaterReleasesAreIgnored() {
		OAuth2Authorization authorization = TestCodes.withCode();
		Map<String, Object> content = new HashMap<>(this.codec.write(authorization).orElseThrow());
		content.put("later", List.of(1));
		assertThat(this.codec.read(content, TestCodes.code(authorization).getTokenValue())).isPresent();
	}

	private OAuth2Authorization roundTrip(OAuth2Authorization authorization) {
		OAuth2AuthorizationCode code = (authorization.getToken(OAuth2AuthorizationCode.class) != null)
				? TestCodes.code(authorization) : null;
		return this.codec
			.read(this.codec.write(authorization).orElseThrow(), (code != null) ? code.getTokenValue() : "")
			.orElseThrow();
	}

	static class Customer extends User {

		private static final long serialVersionUID = 1L;

		private final int number;

		Customer(int number) {
			super("alice", "x", ROLES);
			this.number = number;
		}

		int getNumber() {
			return this.number;
		}

	}

	record OwnPrincipal(String name) {
	}

	static class OwnAuthority implements GrantedAuthority {

		private static final long serialVersionUID = 1L;

		@Override
		public String getAuthority() {
			return "ROLE_USER";
		}

	}

	static class OwnAuthentication extends AbstractAuthenticationToken {

		private static final long serialVersionUID = 1L;

		OwnAuthentication() {
			super(ROLES);
			setAuthenticated(true);
		}

		@Override
		public Object getCredentials() {
			return "";
		}

		@Override
		public Object getPrincipal() {
			return "alice";
		}

	}

	static class OwnToken extends UsernamePasswordAuthenticationToken {

		private static final long serialVersionUID = 1L;

		OwnToken() {
			super("alice", null, ROLES);
		}

	}

}
