package io.github.oauth2state.rollout;

import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.web.CookieSettings;

/**
 * Auto-configuration of what chooses a login's path.
 */
@AutoConfiguration(after = StateStoreAutoConfiguration.class)
@ConditionalOnOAuth2State
@EnableConfigurationProperties(RolloutProperties.class)
public final class RolloutAutoConfiguration {

	@Bean
	@ConditionalOnBean(StateStore.class)
	@Conditional(OnRuntimePercentageCondition.class)
	ClusterPercentage oauth2StateClusterPercentage(RolloutProperties properties, StateStore logins,
			ObjectProvider<ConfiguredStore<?>> stores, OAuth2StateSettings settings, Environment environment) {
		StateStore store = stores.stream()
			.filter((configured) -> configured.store() == logins)
			.findFirst()
			.<StateStore>map(ConfiguredStore::openApart)
			.orElse(logins);
		PercentageTags tags = new PercentageTags(settings.namespace(), keys(environment), properties.verify());
		return new ClusterPercentage(properties.checkedPercentage(),
				new StoredPercentage(store, settings.namespace(), tags, InstantSource.system()));
	}

	/**
	 * The properties belong to logins and tokens, which may have none.
	 */
	private static List<Keyring> keys(Environment environment) {
		return Stream.of("oauth2-state.cookie.keys", "oauth2-state.tokens.keys")
			.filter((property) -> StringUtils.hasText(environment.getProperty(property)))
			.map((property) -> Keyring.of(property, environment.getRequiredProperty(property)))
			.toList();
	}

	@Bean
	Rollout oauth2StateRollout(RolloutProperties properties, ObjectProvider<ClusterPercentage> cluster,
			ObjectProvider<RolloutDecider> decider, OAuth2StateSettings settings, CookieSettings cookies) {
		Percentage configured = properties.checkedPercentage();
		RolloutPercentage percentage = cluster.getIfAvailable();
		return new Rollout((percentage != null) ? percentage : new ConfiguredPercentage(configured),
				decider.getIfAvailable(), settings.namespace(), cookies);
	}

}
