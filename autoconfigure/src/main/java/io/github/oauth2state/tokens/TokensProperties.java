package io.github.oauth2state.tokens;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of tokens that instances share, as they were given.
 *
 * @param store where the tokens of users are kept
 * @param keys the keys that tokens are sealed under, separated by commas, each as
 * 'id:key' where the key is 32 random bytes in Base64: the first one seals, all of them
 * open; make one with 'openssl rand -base64 32'
 * @param ttl how long tokens are kept after they were last saved if the provider does not
 * say how long they live, from 1m to 400d
 */
@ConfigurationProperties("oauth2-state.tokens")
public record TokensProperties(@DefaultValue("none") TokenStoreType store, @Nullable String keys,
		@DefaultValue("30d") Duration ttl) {

	// One text and no list: about a list with a gap, Spring Boot's failure analysis shows
	// the values.

	/**
	 * Returns the keys.
	 * @return the keys as they were given, or an empty text
	 */
	public String keysOrNone() {
		return (this.keys != null) ? this.keys : "";
	}

	Duration checkedTtl() {
		return PropertyCheck.of("oauth2-state.tokens.ttl", this.ttl)
			.between(Duration.ofMinutes(1), StoredTokens.MAX_TTL, "Use 1m to 400d, for example 30d.");
	}

	@Override
	public String toString() {
		return "TokensProperties[hidden]";
	}

}
