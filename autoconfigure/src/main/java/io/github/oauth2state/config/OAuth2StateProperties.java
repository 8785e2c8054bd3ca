package io.github.oauth2state.config;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties that concern every capability, as they were given. See
 * {@link OAuth2StateSettings} for what they amount to.
 *
 * @param enabled whether OAuth2 State takes part at all; if not, the app is as without it
 * @param store where records are kept that instances share; unless set, the one whose
 * connection the app has
 * @param namespace name that keeps apart the records and cookies of apps that share a
 * store or a host, and that all instances of an app agree on: letters, digits, '.', '_'
 * and '-', at most 64; the application name unless set
 * @param timeout how long a call of the store may take, from 10ms to 60s
 * @param onStoreFailure where a login is kept that begins while the store does not answer
 */
@ConfigurationProperties("oauth2-state")
public record OAuth2StateProperties(@DefaultValue("true") boolean enabled, @Nullable StoreType store,
		@Nullable String namespace, @DefaultValue("2s") Duration timeout,
		@DefaultValue("session") OnStoreFailure onStoreFailure) {
}
