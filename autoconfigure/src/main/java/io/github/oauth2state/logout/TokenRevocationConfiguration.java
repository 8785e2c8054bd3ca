package io.github.oauth2state.logout;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.util.MultiValueMap;

/**
 * What revokes tokens, on either stack.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LogoutProperties.class)
class TokenRevocationConfiguration {

	private static final Log logger = LogFactory.getLog(TokenRevocationConfiguration.class);

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
	 * Warns of registrations whose tokens cannot be revoked.
	 */
	static void warnOfObstacles(TokenRevocation revocation, Stream<ClientRegistration> registrations) {
		List<String> obstacles = registrations.filter(TokenRevocationConfiguration::isForUsers)
			.map((registration) -> revocation.obstacle(registration).orElse(null))
			.filter(Objects::nonNull)
			.toList();
		if (!obstacles.isEmpty()) {
			logger.warn("At logout, tokens of some registrations are removed, but not revoked. "
					+ String.join(" ", obstacles));
		}
	}

	private static boolean isForUsers(ClientRegistration registration) {
		return AuthorizationGrantType.AUTHORIZATION_CODE.equals(registration.getAuthorizationGrantType());
	}

}
