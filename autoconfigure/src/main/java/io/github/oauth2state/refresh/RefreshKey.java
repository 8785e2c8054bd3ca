package io.github.oauth2state.refresh;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

import javax.crypto.SecretKey;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.util.Assert;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.tokens.TokenLineage.ClientIdentity;

/**
 * The key of a {@link StoredRefresh} in the store, and the key that its result is sealed
 * under. Requests that want the same tokens have equal keys.
 * <p>
 * For a refresh token, both keys are derived from it. So all its holders can read the
 * result without configured keys, and nobody else can. Client credentials have no token
 * to derive a key from, so their result is sealed under the app's configured keys.
 */
final class RefreshKey {

	/**
	 * The purpose that earlier releases have sealed such results for.
	 */
	private static final String PURPOSE_OF_CONFIGURED_KEYS = "tokens";

	private final String namespace;

	private final StateKey location;

	private final @Nullable SecretKey sealingKey;

	private final @Nullable Keyring configuredKeys;

	private RefreshKey(String namespace, StateKey location, @Nullable SecretKey sealingKey,
			@Nullable Keyring configuredKeys) {
		this.namespace = namespace;
		this.location = location;
		this.sealingKey = sealingKey;
		this.configuredKeys = configuredKeys;
	}

	/**
	 * Returns the key of a refresh.
	 * @param refresh the tokens that are due
	 * @param scope which requests share a key
	 * @param namespace what keeps this app's records apart from those of others
	 * @param configuredKeys the app's keys, required for client credentials
	 */
	static RefreshKey of(DueTokens refresh, KeyScope scope, String namespace, @Nullable Keyring configuredKeys) {
		OAuth2RefreshToken refreshToken = refresh.refreshToken();
		if (refreshToken != null) {
			return ofRefreshToken(refresh, refreshToken.getTokenValue(), scope, namespace);
		}
		Assert.state(configuredKeys != null, "Tokens by client credentials are shared only under configured keys");
		return new RefreshKey(namespace, clientCredentials(refresh, scope, namespace), null, configuredKeys);
	}

	private static RefreshKey ofRefreshToken(DueTokens refresh, String refreshToken, KeyScope scope, String namespace) {
		ClientIdentity client = ClientIdentity.of(refresh.registration());
		String registration = (scope != KeyScope.CLIENT) ? client.registrationId() : "";
		String principal = (scope == KeyScope.PRINCIPAL) ? Objects.requireNonNullElse(refresh.principalName(), "") : "";
		StateKey location = StateKey.of(namespace, "refresh", registration, client.clientId(), client.tokenUri(),
				principal, refreshToken);
		return new RefreshKey(namespace, location, sealingKey(location, refreshToken, namespace), null);
	}

	private static SecretKey sealingKey(StateKey location, String refreshToken, String namespace) {
		return Seal.key("refresh", namespace, location.toByteArray(), refreshToken.getBytes(StandardCharsets.UTF_8));
	}

	private static StateKey clientCredentials(DueTokens refresh, KeyScope scope, String namespace) {
		ClientIdentity client = ClientIdentity.of(refresh.registration());
		String scopes = String.join(" ", refresh.scopes().stream().sorted().toList());
		if (scope != KeyScope.PRINCIPAL) {
			return StateKey.of(namespace, "client-credentials", client.registrationId(), client.clientId(),
					client.tokenUri(), scopes);
		}
		return StateKey.of(namespace, "client-credentials", client.registrationId(), client.clientId(),
				client.tokenUri(), scopes, Objects.requireNonNull(refresh.principalName()));
	}

	/**
	 * Returns where the lease and the result are.
	 */
	StateKey location() {
		return this.location;
	}

	/**
	 * Returns where a part of a large result is.
	 */
	StateKey locationOfPart(String id, int part) {
		return StateKey.of(this.namespace, "refresh-part", HexFormat.of().formatHex(this.location.toByteArray()), id,
				Integer.toString(part));
	}

	byte[] seal(byte[] content) {
		return (this.configuredKeys != null)
				? this.configuredKeys.seal(PURPOSE_OF_CONFIGURED_KEYS, this.namespace, this.location, content)
				: Seal.seal(Objects.requireNonNull(this.sealingKey), content);
	}

	/**
	 * Opens sealed content.
	 * @return the content, or empty if it was sealed under another key or altered
	 */
	Optional<byte[]> open(byte[] sealed) {
		return (this.configuredKeys != null)
				? this.configuredKeys.open(PURPOSE_OF_CONFIGURED_KEYS, this.namespace, this.location, sealed)
				: Seal.open(Objects.requireNonNull(this.sealingKey), sealed);
	}

	@Override
	public String toString() {
		return "RefreshKey[hidden]";
	}

}
