package io.github.oauth2state.login;

import java.lang.management.ManagementFactory;
import java.time.Clock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.web.CookieSettings;

/**
 * Auto-configuration of pending logins. It knows no web stack and calls no store.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class)
@ConditionalOnOAuth2State
@EnableConfigurationProperties({ LoginProperties.class, LoginProperties.CookieKeys.class })
public final class LoginAutoConfiguration {

	private static final Log logger = LogFactory.getLog(LoginAutoConfiguration.class);

	@Bean
	LoginSettings oauth2StateLoginSettings(LoginProperties properties, OAuth2StateSettings settings,
			Environment environment) {
		LoginSettings loginSettings = LoginSettings.of(properties, settings.namespace(),
				CookieReach.isSessionCrossSite(environment));
		String warning = loginSettings.cookieWarning();
		if (warning != null) {
			logger.warn(warning);
		}
		return loginSettings;
	}

	@Bean
	CookieSettings oauth2StateCookieSettings(LoginSettings settings) {
		return settings.cookie();
	}

	@Bean
	@ConditionalOnMissingBean
	AuthorizationRequestCodec oauth2StateAuthorizationRequestCodec() {
		return new CborAuthorizationRequestCodec();
	}

	@Bean
	PendingLogins oauth2StatePendingLogins(LoginSettings settings, AuthorizationRequestCodec codec,
			LoginProperties.CookieKeys cookie, OAuth2StateSettings general, LoginEventPublisher events) {
		boolean needed = general.store() == StoreType.COOKIE || general.onStoreFailure() == OnStoreFailure.COOKIE;
		Keyring keys = (needed || !cookie.keysOrNone().isBlank())
				? Keyring.of("oauth2-state.cookie.keys", cookie.keysOrNone()) : null;
		return new PendingLogins(settings, codec, keys, events, Clock.systemUTC());
	}

	@Bean
	LoginEventPublisher oauth2StateLoginEventPublisher(Environment environment, ObjectProvider<StateStore> store,
			ObjectProvider<LoginListener> listeners) {
		StateStore unique = store.getIfUnique();
		return new LoginEventPublisher(instanceName(environment), (unique != null) ? unique.name() : "cookie",
				listeners.orderedStream().toList());
	}

	/**
	 * Returns the name that the platform gives a container or a host, or else what the
	 * JVM calls itself, which is its process and host.
	 */
	private static String instanceName(Environment environment) {
		String name = environment.getProperty("HOSTNAME");
		return StringUtils.hasText(name) ? name : ManagementFactory.getRuntimeMXBean().getName();
	}

}
