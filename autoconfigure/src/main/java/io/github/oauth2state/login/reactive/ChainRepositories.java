package io.github.oauth2state.login.reactive;

import org.jspecify.annotations.Nullable;
import org.springframework.security.config.web.server.ServerHttpSecurity.OAuth2ClientSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.OAuth2LoginSpec;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationCodeAuthenticationTokenConverter;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;

/**
 * The repositories of a filter chain: one where logins start, and one in the converter
 * that reads callbacks, if the app has set one.
 */
final class ChainRepositories {

	private static final String REPOSITORY = "authorizationRequestRepository";

	private static final String CONVERTER = "authenticationConverter";

	private static final String REGISTRATIONS = "clientRegistrationRepository";

	private ChainRepositories() {
	}

	/**
	 * Returns whether the app set a repository other than the library's bean, or a
	 * converter that may look elsewhere for pending logins. Such a chain is left alone
	 * altogether: no part of it must look elsewhere for a login that another one started.
	 */
	static boolean mayBeOfApp(@Nullable Object spec) {
		if (spec == null) {
			return false;
		}
		Object repository = ServerSecurityInternals.read(spec.getClass(), REPOSITORY, spec);
		if (repository != null) {
			return !(repository instanceof SharedServerAuthorizationRequestRepository);
		}
		Object converter = ServerSecurityInternals.read(spec.getClass(), CONVERTER, spec);
		return converter != null && !isReplaceable(converter);
	}

	/**
	 * Returns whether a converter is Spring Security's and looks in the session, as it
	 * does unless the app has set a repository.
	 */
	private static boolean isReplaceable(Object converter) {
		return converter instanceof ServerOAuth2AuthorizationCodeAuthenticationTokenConverter
				&& ServerSecurityInternals.read(ServerOAuth2AuthorizationCodeAuthenticationTokenConverter.class,
						REPOSITORY, converter) instanceof WebSessionOAuth2ServerAuthorizationRequestRepository;
	}

	/**
	 * Returns the client registrations of login or client, or {@code null} if they are
	 * those of the bean. A converter has its own.
	 */
	static @Nullable Object registrations(Object spec) {
		Object converter = ServerSecurityInternals.read(spec.getClass(), CONVERTER, spec);
		return (converter instanceof ServerOAuth2AuthorizationCodeAuthenticationTokenConverter)
				? ServerSecurityInternals.read(ServerOAuth2AuthorizationCodeAuthenticationTokenConverter.class,
						REGISTRATIONS, converter)
				: ServerSecurityInternals.read(spec.getClass(), REGISTRATIONS, spec);
	}

	static void set(OAuth2LoginSpec login, SharedServerAuthorizationRequestRepository repository) {
		login.authorizationRequestRepository(repository);
		setInConverter(login, repository);
	}

	static void set(OAuth2ClientSpec client, SharedServerAuthorizationRequestRepository repository) {
		client.authorizationRequestRepository(repository);
		setInConverter(client, repository);
	}

	private static void setInConverter(Object spec, SharedServerAuthorizationRequestRepository repository) {
		Object converter = ServerSecurityInternals.read(spec.getClass(), CONVERTER, spec);
		if (converter != null && isReplaceable(converter)) {
			((ServerOAuth2AuthorizationCodeAuthenticationTokenConverter) converter)
				.setAuthorizationRequestRepository(repository);
		}
	}

}
