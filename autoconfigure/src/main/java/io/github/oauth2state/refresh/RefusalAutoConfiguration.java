package io.github.oauth2state.refresh;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.tokens.ReactiveRefusalHandler;
import io.github.oauth2state.tokens.RefusalHandler;

/**
 * Auto-configuration that warns if sessions are to end when a refresh is refused, and
 * nothing ends them.
 */
@AutoConfiguration(after = RefreshAutoConfiguration.class)
@ConditionalOnOAuth2State
@ConditionalOnProperty(name = "oauth2-state.refresh.on-refusal", havingValue = "logout")
public final class RefusalAutoConfiguration {

	private static final Log logger = LogFactory.getLog(RefusalAutoConfiguration.class);

	@Bean
	SmartInitializingSingleton oauth2StateRefusalCheck(ListableBeanFactory beans) {
		return () -> {
			if (!has(beans, StrategyRunner.class) && !has(beans, ReactiveStrategyRunner.class)) {
				warn("refreshes are not coordinated in this app. Set oauth2-state.refresh.strategy to 'single-flight' or "
						+ "'early'.");
			}
			else if (!has(beans, RefusalHandler.class) && !has(beans, ReactiveRefusalHandler.class)) {
				warn("nothing in this app ends sessions. That needs a web app, a store (oauth2-state.store), and "
						+ "oauth2-state.logout.back-channel not to be 'off'.");
			}
		};
	}

	private static boolean has(ListableBeanFactory beans, Class<?> type) {
		return beans.getBeanNamesForType(type, true, false).length > 0;
	}

	private static void warn(String reason) {
		logger.warn("The property oauth2-state.refresh.on-refusal=logout has no effect: " + reason);
	}

}
