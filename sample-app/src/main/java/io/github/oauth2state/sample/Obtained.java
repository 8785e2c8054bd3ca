package io.github.oauth2state.sample;

import java.util.Locale;

import com.fasterxml.jackson.annotation.JsonValue;

import io.github.oauth2state.TokenRefreshEvent;

/**
 * How a request got its access token.
 */
enum Obtained {

	/**
	 * It was there, and valid. Said of every token where refreshes are not coordinated,
	 * as nobody tells of them then.
	 */
	CACHED,

	/**
	 * It was due, and this request called the provider.
	 */
	REFRESHED,

	/**
	 * It was due, and another request, here or on another instance, called the provider.
	 */
	SHARED,

	/**
	 * It was not due yet, and this request called the provider ahead of time.
	 */
	EARLY;

	/**
	 * Sums up what happened when a token was due.
	 * @param event what happened
	 * @return how the token was obtained; the old one is used on if there is no new one
	 */
	static Obtained by(TokenRefreshEvent event) {
		return switch (event.outcome()) {
			case REFRESHED, UNCOORDINATED -> event.early() ? EARLY : REFRESHED;
			case COALESCED, SHARED, STORED -> SHARED;
			case KEPT, REJECTED, FAILED, TIMED_OUT, STORE_ERROR -> CACHED;
		};
	}

	@JsonValue
	public String text() {
		return name().toLowerCase(Locale.ROOT);
	}

}
