package io.github.oauth2state.logout;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.converter.Converter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AbstractOAuth2Token;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;

/**
 * Sends revocation requests (RFC 7009, section 2.1). Authenticates the client as its
 * registration says. Thread-safe.
 */
final class RevocationRequest {

	static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final Set<ClientAuthenticationMethod> BY_SECRET_OR_NONE = Set.of(
			ClientAuthenticationMethod.CLIENT_SECRET_BASIC, ClientAuthenticationMethod.CLIENT_SECRET_POST,
			ClientAuthenticationMethod.NONE);

	private static final Set<ClientAuthenticationMethod> BY_ASSERTION = Set
		.of(ClientAuthenticationMethod.PRIVATE_KEY_JWT, ClientAuthenticationMethod.CLIENT_SECRET_JWT);

	private static final Set<Integer> TEMPORARY = Set.of(429, 502, 503, 504);

	private static final int MAX_BODY = 2048;

	private static final Pattern ERROR = Pattern.compile("\"error\"\\s*:\\s*\"([^\"]*)\"");

	private final RestClient http;

	private final Supplier<Optional<Converter<OAuth2RefreshTokenGrantRequest, MultiValueMap<String, String>>>> assertions;

	/**
	 * Creates an object.
	 * @param assertions makes the parameters of clients that authenticate by a JWT, if
	 * the app has such a bean
	 * @param timeout how long to wait for a connection, and then for the answer
	 */
	RevocationRequest(
			Supplier<Optional<Converter<OAuth2RefreshTokenGrantRequest, MultiValueMap<String, String>>>> assertions,
			Duration timeout) {
		this.assertions = assertions;
		JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(
				HttpClient.newBuilder().connectTimeout(timeout).build());
		factory.setReadTimeout(timeout);
		this.http = RestClient.builder().requestFactory(factory).build();
	}

	/**
	 * Returns whether the client of a registration can be authenticated.
	 */
	boolean canAuthenticate(ClientRegistration registration) {
		ClientAuthenticationMethod method = registration.getClientAuthenticationMethod();
		return BY_SECRET_OR_NONE.contains(method)
				|| (BY_ASSERTION.contains(method) && this.assertions.get().isPresent());
	}

	/**
	 * Sends a request.
	 * @param endpoint the revocation endpoint
	 * @param client the client, and its tokens
	 * @param token which of the tokens to revoke
	 * @return the answer
	 * @throws RuntimeException if there is no answer, or the client cannot be
	 * authenticated
	 */
	Answer send(URI endpoint, OAuth2AuthorizedClient client, AbstractOAuth2Token token) {
		MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
		form.add(OAuth2ParameterNames.TOKEN, token.getTokenValue());
		form.add(OAuth2ParameterNames.TOKEN_TYPE_HINT, (token instanceof OAuth2RefreshToken)
				? OAuth2ParameterNames.REFRESH_TOKEN : OAuth2ParameterNames.ACCESS_TOKEN);
		return this.http.post()
			.uri(endpoint)
			.headers((headers) -> authenticate(client, headers, form))
			.contentType(MediaType.APPLICATION_FORM_URLENCODED)
			.body(form)
			.exchangeForRequiredValue((request, response) -> answer(response));
	}

	private void authenticate(OAuth2AuthorizedClient client, HttpHeaders headers, MultiValueMap<String, String> form) {
		ClientRegistration registration = client.getClientRegistration();
		ClientAuthenticationMethod method = registration.getClientAuthenticationMethod();
		if (ClientAuthenticationMethod.CLIENT_SECRET_BASIC.equals(method)) {
			headers.setBasicAuth(encode(registration.getClientId()), encode(registration.getClientSecret()));
			return;
		}
		form.add(OAuth2ParameterNames.CLIENT_ID, registration.getClientId());
		if (ClientAuthenticationMethod.CLIENT_SECRET_POST.equals(method)) {
			form.add(OAuth2ParameterNames.CLIENT_SECRET, registration.getClientSecret());
		}
		else if (BY_ASSERTION.contains(method)) {
			this.assertions.get().map((converter) -> converter.convert(grantRequest(client))).ifPresent(form::addAll);
		}
	}

	/**
	 * Encodes as RFC 6749, section 2.3.1, has it.
	 */
	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	/**
	 * The converter of Spring Security takes only a grant request. It reads the
	 * registration of it, and nothing of the tokens.
	 */
	private static OAuth2RefreshTokenGrantRequest grantRequest(OAuth2AuthorizedClient client) {
		OAuth2RefreshToken refreshToken = Optional.ofNullable(client.getRefreshToken())
			.orElseGet(() -> new OAuth2RefreshToken("none", null));
		return new OAuth2RefreshTokenGrantRequest(client.getClientRegistration(), client.getAccessToken(),
				refreshToken);
	}

	private static Answer answer(ClientHttpResponse response) throws IOException {
		HttpStatusCode status = response.getStatusCode();
		if (status.is2xxSuccessful()) {
			return new Answer(status.value(), null);
		}
		Matcher error = ERROR.matcher(new String(response.getBody().readNBytes(MAX_BODY), StandardCharsets.UTF_8));
		return new Answer(status.value(), error.find() ? error.group(1) : null);
	}

	/**
	 * What the provider answered.
	 *
	 * @param status the HTTP status
	 * @param error the error code, if there is one, possibly hostile
	 */
	record Answer(int status, @Nullable String error) {

		boolean isSuccess() {
			return this.status >= 200 && this.status < 300;
		}

		/**
		 * Returns whether the same request may succeed later.
		 */
		boolean isTemporary() {
			return TEMPORARY.contains(this.status);
		}

		/**
		 * Returns whether the provider has nothing to revoke: it revokes no tokens of
		 * this type, or does not know the token.
		 */
		boolean isNothingToRevoke() {
			return "unsupported_token_type".equals(this.error) || "invalid_token".equals(this.error);
		}

	}

}
