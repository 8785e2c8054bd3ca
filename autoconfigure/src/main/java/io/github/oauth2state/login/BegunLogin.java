package io.github.oauth2state.login;

import java.time.Duration;
import java.util.List;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;

/**
 * A login as it begins: what to store, and what to tell the browser once it is stored.
 *
 * @param key where to store the record
 * @param value the sealed record
 * @param ttl how long it lives
 * @param cookies the binding cookie, and those that have to go for it
 * @param evicted how many pending logins have to go for it
 */
@SuppressWarnings("ArrayRecordComponent")
public record BegunLogin(StateKey key, byte[] value, Duration ttl, List<ResponseCookie> cookies, int evicted) {

	/**
	 * Returns by which id log lines name this login.
	 * @return its correlation id
	 */
	public String correlationId() {
		return CorrelationId.of(this.key);
	}

	@Override
	public String toString() {
		return "BegunLogin[hidden]";
	}

}
