package io.github.oauth2state.rollout;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the gradual rollout.
 *
 * @param percentage which share of the browsers begin their logins on the shared path
 * rather than in the HTTP session, from 0 to 100, decimals allowed
 * @param atRuntime whether the percentage can be set for all instances by the Actuator
 * endpoint, which costs the store a read every two seconds and instance; unless set, it
 * can if the Actuator's access to the endpoint is unrestricted
 * @param verify whether an instance that has keys for tokens or cookies accepts a
 * percentage in the store only if an instance with these keys wrote it; false while
 * others are of an earlier release or have no keys yet
 */
@ConfigurationProperties("oauth2-state.rollout")
record RolloutProperties(@DefaultValue("100") BigDecimal percentage, @Nullable Boolean atRuntime,
		@DefaultValue("true") boolean verify) {

	Percentage checkedPercentage() {
		return new Percentage(PropertyCheck.of("oauth2-state.rollout.percentage", this.percentage)
			.between(BigDecimal.ZERO, Percentage.MAX, "Use 0 to 100, for example 2.5."));
	}

}
