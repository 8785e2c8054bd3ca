package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.web.CookieSettings;

/**
 * Auto-configuration of the gradual rollout.
 */
@AutoConfiguration(after = StateStoreAutoConfiguration.class)
@ConditionalOnOAuth2State
@EnableConfigurationProperties(RolloutAutoConfiguration.RolloutProperties.class)
public final class RolloutAutoConfiguration {

	@Bean
	@ConditionalOnBean(StateStore.class)
	@Conditional(OnPercentageAtRuntimeCondition.class)
	ClusterPercentage oauth2StateClusterPercentage(RolloutProperties properties, StateStore logins,
			ObjectProvider<ConfiguredStore<?>> stores, OAuth2StateSettings settings, Environment environment) {
		StateStore store = stores.stream()
			.filter((configured) -> configured.store() == logins)
			.findFirst()
			.<StateStore>map(ConfiguredStore::openApart)
			.orElse(logins);
		PercentageSigner signer = new PercentageSigner(settings.namespace(), keys(environment), properties.verify());
		return new ClusterPercentage(properties.checkedPercentage(),
				new PercentageRepository(store, settings.namespace(), signer, InstantSource.system()));
	}

	/**
	 * Reads the environment, as the properties of cookies and tokens belong to packages
	 * that this one does not know.
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
		return new Rollout(properties.checkedPercentage(), cluster.getIfAvailable(), decider.getIfAvailable(),
				settings.namespace(), cookies);
	}

	/**
	 * Matches if the percentage can be set at run time: as
	 * {@code oauth2-state.rollout.at-runtime} says, and otherwise if the endpoint is
	 * writable.
	 */
	static class OnPercentageAtRuntimeCondition extends SpringBootCondition {

		private static final String ACTUATOR = "org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver";

		/**
		 * A name, as only the package of the endpoint knows the Actuator.
		 */
		private static final String ON_WRITABLE_ENDPOINT = "io.github.oauth2state.actuate.ActuateAutoConfiguration$OnWritableEndpointCondition";

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Boolean configured = RolloutProperties.bind(context.getEnvironment()).atRuntime();
			ConditionMessage.Builder message = ConditionMessage.forCondition("Percentage at run time");
			if (configured != null) {
				return new ConditionOutcome(configured,
						message.because("oauth2-state.rollout.at-runtime is " + configured));
			}
			if (!ClassUtils.isPresent(ACTUATOR, context.getClassLoader())) {
				return ConditionOutcome.noMatch(message.didNotFind("class").items(ACTUATOR));
			}
			Class<?> onWritableEndpoint = ClassUtils.resolveClassName(ON_WRITABLE_ENDPOINT, context.getClassLoader());
			return ((SpringBootCondition) BeanUtils.instantiateClass(onWritableEndpoint)).getMatchOutcome(context,
					metadata);
		}

	}

	/**
	 * Properties of the gradual rollout.
	 *
	 * @param percentage which share of the browsers begin their logins on the shared path
	 * rather than in the HTTP session, from 0 to 100, decimals allowed
	 * @param atRuntime whether the percentage can be set for all instances through the
	 * Actuator endpoint, which costs the store one read every two seconds per instance;
	 * unless set, it can if access to the endpoint is unrestricted
	 * @param verify whether an instance that has keys for tokens or cookies accepts a
	 * percentage in the store only if an instance with these keys wrote it; set it to
	 * false while other instances run an earlier release or have no keys
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

}
