package io.github.oauth2state.refresh;

import java.util.concurrent.Semaphore;

import org.springframework.stereotype.Component;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;

/**
 * The strategy in docs/token-refresh.md, word for word.
 */
@Component
class TenCallsAtOnce implements TokenRefreshStrategy {

	private final Semaphore calls = new Semaphore(10);

	@Override
	public String name() {
		return "ten_calls";
	}

	@Override
	public TokenRefreshResult refresh(TokenRefresh refresh) {
		this.calls.acquireUninterruptibly();
		try {
			return new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, refresh.call());
		}
		finally {
			this.calls.release();
		}
	}

}
