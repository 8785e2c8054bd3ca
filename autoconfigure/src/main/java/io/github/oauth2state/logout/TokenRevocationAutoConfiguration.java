package io.github.oauth2state.logout;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.util.MultiValueMap;

import io.github.oauth2state.config.ConditionalOnOAuth2State;

/**
 * Auto-configuration of the revocation of tokens at logout.
 */
@AutoConfiguration
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ HttpSecurity.class, OAuth2AuthorizedClientRepository.class })
@ConditionalOnBooleanProperty("oauth2-state.logout.revoke-tokens")
@EnableConfigurationProperties(LogoutProperties.class)
public final class TokenRevocationAutoConfiguration {

	private static final Log logger = LogFactory.getLog(TokenRevocationAutoConfiguration.class);

	@Bean
	TokenRevocation oauth2StateTokenRevocation(LogoutProperties properties, ListableBeanFactory beans) {
		return new TokenRevocation(new RevocationEndpoints(properties.checkedRevocationUris()),
				new RevocationRequest(() -> assertions(beans), RevocationRequest.TIMEOUT));
	}

	/**
	 * An app has one such converter for each type of request, and all of them make the
	 * same assertions.
	 */
	@SuppressWarnings("unchecked")
	private static Optional<Converter<OAuth2RefreshTokenGrantRequest, MultiValueMap<String, String>>> assertions(
			ListableBeanFactory beans) {
		return beans.getBeanProvider(NimbusJwtClientAuthenticationParametersConverter.class)
			.orderedStream()
			.findFirst()
			.map((converter) -> converter);
	}

	/**
	 * Warns of registrations whose tokens cannot be revoked. Asks only a repository that
	 * has its registrations in memory: others may call providers or a database.
	 */
	@Bean
	SmartInitializingSingleton oauth2StateRevocationCheck(TokenRevocation revocation,
			ObjectProvider<ClientRegistrationRepository> repositories) {
		return () -> {
			List<String> obstacles = repositories.stream()
				.filter(InMemoryClientRegistrationRepository.class::isInstance)
				.map(InMemoryClientRegistrationRepository.class::cast)
				.flatMap((repository) -> StreamSupport.stream(repository.spliterator(), false))
				.filter(TokenRevocationAutoConfiguration::isForUsers)
				.map((registration) -> revocation.obstacle(registration).orElse(null))
				.filter(Objects::nonNull)
				.toList();
			if (!obstacles.isEmpty()) {
				logger.warn("At logout, tokens of some registrations are removed, but not revoked. "
						+ String.join(" ", obstacles));
			}
		};
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	Customizer<HttpSecurity> oauth2StateTokenLogoutCustomizer(TokenRevocation revocation) {
		return (http) -> http.with(new TokenLogoutConfigurer(revocation));
	}

	private static boolean isForUsers(ClientRegistration registration) {
		return AuthorizationGrantType.AUTHORIZATION_CODE.equals(registration.getAuthorizationGrantType());
	}

}
