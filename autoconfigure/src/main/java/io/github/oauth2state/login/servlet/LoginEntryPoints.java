package io.github.oauth2state.login.servlet;

import java.util.ArrayList;
import java.util.List;

import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.authentication.DelegatingAuthenticationEntryPoint;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.ui.DefaultLoginPageGeneratingFilter;
import org.springframework.security.web.util.matcher.RequestMatcherEntry;

/**
 * Tells where users are sent to log in. With several providers Spring Security shows its
 * own login page, and with one it starts the login. Any other entry point may look for
 * the page that the user asked for, or send the user to a page of the app that does.
 */
final class LoginEntryPoints {

	static final String ENTRIES = "entryPoints";

	static final String OTHER = "defaultEntryPoint";

	private static final String START = OAuth2AuthorizationRequestRedirectFilter.DEFAULT_AUTHORIZATION_REQUEST_BASE_URI
			+ "/";

	private LoginEntryPoints() {
	}

	/**
	 * Returns whether Spring Security alone knows where users are sent. A start at a path
	 * that the app has chosen does not count.
	 */
	static boolean areStock(AuthenticationEntryPoint entryPoint) {
		if (entryPoint.getClass() == DelegatingAuthenticationEntryPoint.class) {
			List<AuthenticationEntryPoint> all = all(entryPoint);
			return !all.isEmpty() && all.stream().allMatch((each) -> areStock(each) || showsNoPage(each));
		}
		if (entryPoint.getClass() != LoginUrlAuthenticationEntryPoint.class) {
			return false;
		}
		String url = ((LoginUrlAuthenticationEntryPoint) entryPoint).getLoginFormUrl();
		return url.equals(DefaultLoginPageGeneratingFilter.DEFAULT_LOGIN_PAGE_URL) || url.startsWith(START);
	}

	/**
	 * Returns whether an entry point is one of Spring Security that leads to no page for
	 * OAuth2 logins. Most of them answer with a status.
	 */
	private static boolean showsNoPage(AuthenticationEntryPoint entryPoint) {
		return !(entryPoint instanceof LoginUrlAuthenticationEntryPoint)
				&& entryPoint.getClass() != DelegatingAuthenticationEntryPoint.class
				&& entryPoint.getClass().getName().startsWith("org.springframework.security.");
	}

	/**
	 * Returns the entry points behind one that delegates, or an empty list if they cannot
	 * be read.
	 */
	private static List<AuthenticationEntryPoint> all(AuthenticationEntryPoint delegating) {
		List<AuthenticationEntryPoint> all = new ArrayList<>();
		Class<?> type = DelegatingAuthenticationEntryPoint.class;
		if (SecurityInternals.readIfPossible(type, ENTRIES, delegating) instanceof List<?> entries && SecurityInternals
			.readIfPossible(type, OTHER, delegating) instanceof AuthenticationEntryPoint other) {
			entries.forEach((entry) -> all.add((AuthenticationEntryPoint) ((RequestMatcherEntry<?>) entry).getEntry()));
			all.add(other);
		}
		return all;
	}

}
