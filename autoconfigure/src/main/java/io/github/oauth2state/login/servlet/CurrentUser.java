package io.github.oauth2state.login.servlet;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.ObjectUtils;

/**
 * Knows who is signed in, by the name under which Spring Security keeps authorized
 * clients.
 */
final class CurrentUser {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final Supplier<SecurityContextHolderStrategy> securityContexts;

	CurrentUser(Supplier<SecurityContextHolderStrategy> securityContexts) {
		this.securityContexts = securityContexts;
	}

	/**
	 * Returns the name of the user, or {@code null} if nobody is signed in or the name is
	 * another one for every object.
	 */
	@Nullable String name() {
		Authentication authentication = this.securityContexts.get().getContext().getAuthentication();
		if (!this.trust.isAuthenticated(authentication)) {
			return null;
		}
		Object principal = authentication.getPrincipal();
		String name = authentication.getName();
		return (principal != null && name.equals(ObjectUtils.identityToString(principal))) ? null : name;
	}

}
