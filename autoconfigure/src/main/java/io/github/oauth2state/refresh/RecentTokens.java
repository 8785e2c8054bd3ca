package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Offers tokens by client credentials to requests of this instance that come a little
 * late, where there are no keys to offer them to other instances. Thread-safe; holds as
 * many tokens as there are registrations.
 */
final class RecentTokens {

	private final ConcurrentMap<ClientIdentity, Recent> byClient = new ConcurrentHashMap<>();

	private final Duration window;

	RecentTokens(Duration window) {
		this.window = window;
	}

	TokenRefreshResult getOrObtain(TokenRefresh refresh, Supplier<TokenRefreshResult> source) {
		ClientIdentity client = ClientIdentity.of(refresh.registration());
		@Nullable Recent recent = this.byClient.get(client);
		if (recent != null && Instant.now().isBefore(recent.until()) && recent.tokens().answer(refresh)) {
			return new TokenRefreshResult(TokenRefreshOutcome.COALESCED, recent.tokens().response());
		}
		TokenRefreshResult result = source.get();
		this.byClient.put(client,
				new Recent(FlightTokens.of(refresh, result.response()), Instant.now().plus(this.window)));
		return result;
	}

	private record Recent(FlightTokens tokens, Instant until) {
	}

}
