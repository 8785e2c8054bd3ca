package io.github.oauth2state.demo.idp;

import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationValidator;

/**
 * Checks redirect URIs. The client {@code own-app} may be on any port of this machine and
 * have any registration id, so that nobody has to register an app that is only tried out.
 * For every other client the URI must be registered as it is.
 */
final class OwnApps implements Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> {

	private static final String CLIENT_ID = "own-app";

	private static final Pattern ON_THIS_MACHINE = Pattern
		.compile("https?://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?(/[\\w.-]+)*/login/oauth2/code/[\\w.-]+");

	@Override
	public void accept(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
		OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
		if (CLIENT_ID.equals(context.getRegisteredClient().getClientId())
				&& isOnThisMachine(request.getRedirectUri())) {
			return;
		}
		OAuth2AuthorizationCodeRequestAuthenticationValidator.DEFAULT_REDIRECT_URI_VALIDATOR.accept(context);
	}

	static boolean isOnThisMachine(@Nullable String redirectUri) {
		return redirectUri != null && ON_THIS_MACHINE.matcher(redirectUri).matches();
	}

}
