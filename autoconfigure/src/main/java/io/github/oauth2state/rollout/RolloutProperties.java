package io.github.oauth2state.rollout;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the gradual rollout.
 *
 * @param percentage which share of the browsers begin their logins on the shared path
 * rather than in the HTTP session, from 0 to 100, decimals allowed
 * @param atRuntime whether the percentage can be set for all instances through the
 * Actuator endpoint, which costs the store one read every two seconds per instance;
 * unless set, it can if access to the endpoint is unrestricted
 * @param verify whether an instance that has keys for tokens or cookies accepts a
 * percentage in the store only if an instance with these keys wrote it; set it to false
 * while other instances run an earlier release or have no keys
 */
@ConfigurationProperties("oauth2-state.rollout")
record RolloutProperties(@DefaultValue("100") BigDecimal percentage, @Nullable Boolean atRuntime,
		@DefaultValue("true") boolean verify) {

	/**
	 * Reads the properties for a condition, as there is no bean of them yet.
	 */
	static RolloutProperties bind(Environment environment) {
		return Binder.get(environment).bindOrCreate("oauth2-state.rollout", RolloutProperties.class);
	}

	Percentage checkedPercentage() {
		return new Percentage(PropertyCheck.of("oauth2-state.rollout.percentage", this.percentage)
			.between(BigDecimal.ZERO, Percentage.MAX, "Use 0 to 100, for example 2.5."));
	}

}
