package io.github.oauth2state.refresh;

import java.util.Objects;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.tokens.ClientIdentity;
import io.github.oauth2state.tokens.TokenKeys;

/**
 * The flight of all instances that want tokens by client credentials for one principal,
 * or for all. There is no token to derive a key from, so the result is sealed under the
 * app's.
 *
 * @param key where lease and result are
 * @param keys the app's keys
 */
record CredentialsFlight(StateKey key, TokenKeys keys) implements Flight {

	private static final String PURPOSE = "client-credentials";

	static CredentialsFlight of(TokenRefresh refresh, TokenKeys keys, RefreshSettings settings) {
		String scopes = String.join(" ", refresh.scopes().stream().sorted().toList());
		ClientIdentity client = ClientIdentity.of(refresh.registration());
		if (settings.keyScope() != KeyScope.PRINCIPAL) {
			return new CredentialsFlight(StateKey.of(settings.namespace(), PURPOSE, client.registrationId(),
					client.clientId(), client.tokenUri(), scopes), keys);
		}
		return new CredentialsFlight(StateKey.of(settings.namespace(), PURPOSE, client.registrationId(),
				client.clientId(), client.tokenUri(), scopes, Objects.requireNonNull(refresh.principalName())), keys);
	}

	@Override
	public byte[] seal(byte[] content) {
		return this.keys.seal(this.key, content);
	}

	@Override
	public Optional<byte[]> open(byte[] sealed) {
		return this.keys.open(this.key, sealed);
	}

}
