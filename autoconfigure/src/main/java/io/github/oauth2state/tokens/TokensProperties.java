package io.github.oauth2state.tokens;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.record.Keyring;

/**
 * Properties of tokens that instances share.
 *
 * @param store where the tokens of users are kept
 * @param keys the keys that tokens are sealed under, separated by commas, each as
 * 'id:key' where the key is 32 random bytes in Base64: the first one seals, all of them
 * open; make one with 'openssl rand -base64 32'
 * @param ttl how long tokens are kept after they were last saved if the provider does not
 * say how long they live, from 1m to 400d
 */
@ConfigurationProperties("oauth2-state.tokens")
record TokensProperties(@DefaultValue("none") Store store, @Nullable String keys, @DefaultValue("30d") Duration ttl) {

	// The keys are one text: of a list with a gap, Spring Boot shows the values

	/**
	 * Tells whether keys are configured. An empty value counts as absent, because it may
	 * come from an empty environment variable.
	 */
	boolean hasKeys() {
		return StringUtils.hasText(this.keys);
	}

	Keyring checkedKeys() {
		return Keyring.of("oauth2-state.tokens.keys", (this.keys != null) ? this.keys : "");
	}

	Duration checkedTtl() {
		return PropertyCheck.of("oauth2-state.tokens.ttl", this.ttl)
			.between(Duration.ofMinutes(1), StoredTokens.MAX_TTL, "Use 1m to 400d, for example 30d.");
	}

	@Override
	public String toString() {
		return "TokensProperties[hidden]";
	}

	/**
	 * Where the tokens of users are kept.
	 */
	enum Store {

		/**
		 * Redis, sealed.
		 */
		REDIS,

		/**
		 * The library's own table in a database, sealed.
		 */
		JDBC,

		/**
		 * Spring Security's own table {@code oauth2_authorized_client}, as it is: not
		 * sealed.
		 */
		JDBC_PLAIN,

		/**
		 * Where Spring Boot or the app keeps them: unless the app declares a service, in
		 * the memory of each instance.
		 */
		NONE

	}

}
