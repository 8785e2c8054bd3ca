package io.github.oauth2state.store.redis;

import java.util.regex.Pattern;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the Redis store.
 *
 * @param keyPrefix what the keys of all records begin with, for example for an access
 * control list: letters, digits, ':', '.', '_', '/' and '-', at most 64
 */
@ConfigurationProperties("oauth2-state.redis")
record RedisStateStoreProperties(@DefaultValue("oauth2-state:") String keyPrefix) {

	/**
	 * Leaves out what means something in patterns and, as braces do, in Redis Cluster.
	 */
	private static final Pattern KEY_PREFIX = Pattern.compile("[A-Za-z0-9:._/-]{1,64}");

	String checkedKeyPrefix() {
		return PropertyCheck.of("oauth2-state.redis.key-prefix", this.keyPrefix)
			.must(KEY_PREFIX.asMatchPredicate(), "Use 1 to 64 letters, digits, ':', '.', '_', '/' or '-'.");
	}

}
