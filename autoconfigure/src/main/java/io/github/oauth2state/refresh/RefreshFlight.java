package io.github.oauth2state.refresh;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

import javax.crypto.SecretKey;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.tokens.ClientIdentity;

/**
 * The flight of all who hold the same refresh token. Both keys are derived from it, so
 * that its holders read the result without keys of the app's, and nobody else does.
 *
 * @param key where lease and result are
 * @param sealingKey what the result is sealed under
 */
record RefreshFlight(StateKey key, SecretKey sealingKey) implements Flight {

	private static final String PURPOSE = "refresh";

	static RefreshFlight of(TokenRefresh refresh, String refreshToken, RefreshSettings settings) {
		ClientIdentity client = ClientIdentity.of(refresh.registration());
		String registration = (settings.keyScope() != KeyScope.CLIENT) ? client.registrationId() : "";
		String principal = (settings.keyScope() == KeyScope.PRINCIPAL)
				? Objects.requireNonNullElse(refresh.principalName(), "") : "";
		StateKey key = StateKey.of(settings.namespace(), PURPOSE, registration, client.clientId(), client.tokenUri(),
				principal, refreshToken);
		return new RefreshFlight(key, Seal.key(PURPOSE, settings.namespace(), key.toByteArray(),
				refreshToken.getBytes(StandardCharsets.UTF_8)));
	}

	@Override
	public byte[] seal(byte[] content) {
		return Seal.seal(this.sealingKey, content);
	}

	@Override
	public Optional<byte[]> open(byte[] sealed) {
		return Seal.open(this.sealingKey, sealed);
	}

	@Override
	public String toString() {
		return "RefreshFlight[hidden]";
	}

}
