package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import tools.jackson.databind.json.JsonMapper;

import io.github.oauth2state.demo.cluster.Instance;

/**
 * A client of the identity provider that uses codes and tokens as it should, or not. It
 * chooses which instance of the provider it asks.
 */
final class OwnApp {

	private static final String CLIENT_ID = "own-app";

	/** Nothing listens there: a callback is only read. */
	private static final String REDIRECT_URI = "http://localhost:1/login/oauth2/code/demo";

	private static final String VERIFIER = "v".repeat(64);

	private static final JsonMapper json = new JsonMapper();

	private final Visitor user;

	/**
	 * Creates a client.
	 * @param provider the issuer, where the user signs in at first
	 */
	OwnApp(URI provider) {
		this.user = new Visitor(provider, "alice");
	}

	/**
	 * Lets the user authorize the client.
	 * @param provider the instance that issues the code
	 * @return the code
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	String authorize(Instance provider) throws IOException, InterruptedException {
		URI request = provider.uri()
			.resolve("/oauth2/authorize?" + form(
					Map.of("response_type", "code", "client_id", CLIENT_ID, "redirect_uri", REDIRECT_URI, "scope",
							"openid", "state", "1", "code_challenge_method", "S256", "code_challenge", challenge())));
		URI callback = this.user.authenticate(new Visitor.PendingLogin(provider.name(), request));
		String query = callback.getQuery();
		Expect.that(query.startsWith("code="), "there is a code", callback.getPath());
		return query.substring("code=".length()).replaceFirst("&.*", "");
	}

	/**
	 * Redeems a code, at the same time as others if called repeatedly.
	 * @param provider the instance that is asked
	 * @param code the code
	 * @return the answer, once it is there
	 */
	CompletableFuture<Page> redeemLater(Instance provider, String code) {
		return postLater(provider, "/oauth2/token", Map.of("grant_type", "authorization_code", "code", code,
				"redirect_uri", REDIRECT_URI, "code_verifier", VERIFIER));
	}

	/**
	 * Redeems a code.
	 * @param provider the instance that is asked
	 * @param code the code
	 * @return the tokens
	 * @throws Exception if it is refused
	 */
	Tokens redeem(Instance provider, String code) throws Exception {
		return tokens(redeemLater(provider, code).get());
	}

	/**
	 * Refreshes tokens.
	 * @param provider the instance that is asked
	 * @param refreshToken the refresh token
	 * @return the answer
	 * @throws Exception if the provider does not answer
	 */
	Page refresh(Instance provider, String refreshToken) throws Exception {
		return postLater(provider, "/oauth2/token",
				Map.of("grant_type", "refresh_token", "refresh_token", refreshToken))
			.get();
	}

	/**
	 * Asks whether both tokens are good, or neither is.
	 * @param provider the instance that is asked
	 * @param tokens the tokens
	 * @return whether they are active
	 * @throws Exception if there is no answer, or one is good and the other is not
	 */
	boolean isActive(Instance provider, Tokens tokens) throws Exception {
		boolean active = isActive(provider, tokens.access());
		Expect.equal(active, isActive(provider, tokens.refresh()), "that the refresh token is active");
		return active;
	}

	private boolean isActive(Instance provider, String token) throws Exception {
		Page answer = postLater(provider, "/oauth2/introspect", Map.of("token", token)).get();
		Expect.that(answer.status() == 200, "the provider knows about tokens", answer);
		return json.readTree(answer.body()).get("active").asBoolean();
	}

	static Tokens tokens(Page answer) {
		Expect.that(answer.status() == 200, "there are tokens", answer);
		return json.readValue(answer.body(), Tokens.class);
	}

	static void refused(Page answer) {
		Expect.that(answer.status() == 400 && answer.body().contains("\"invalid_grant\""), "it is an invalid grant",
				answer);
	}

	private CompletableFuture<Page> postLater(Instance provider, String path, Map<String, String> parameters) {
		Map<String, String> all = new TreeMap<>(parameters);
		all.put("client_id", CLIENT_ID);
		all.put("client_secret", CLIENT_ID + "-secret");
		return new Browser().postLater(provider.uri().resolve(path), form(all));
	}

	private static String form(Map<String, String> parameters) {
		return parameters.entrySet()
			.stream()
			.map((field) -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
			.collect(Collectors.joining("&"));
	}

	private static String challenge() {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What a code or a refresh token is good for.
	 *
	 * @param access the access token
	 * @param refresh the refresh token
	 */
	@JsonIgnoreProperties(ignoreUnknown = true)
	record Tokens(@JsonProperty("access_token") String access, @JsonProperty("refresh_token") String refresh) {

		/**
		 * Leaves the tokens out.
		 */
		@Override
		public String toString() {
			return "tokens";
		}

	}

}
