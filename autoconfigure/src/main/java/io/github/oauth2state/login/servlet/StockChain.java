package io.github.oauth2state.login.servlet;

import java.util.List;

import jakarta.servlet.Filter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.DelegatingAuthenticationEntryPoint;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.ui.DefaultLoginPageGeneratingFilter;

/**
 * Recognizes filter chains on which users log in by OAuth2 only and nothing of the app
 * has a say before they are signed in. Only there a page that a user asked for needs no
 * session.
 */
final class StockChain {

	private static final List<String> KNOWN = List.of("org.springframework.security.",
			"org.springframework.web.filter.", StockChain.class.getPackageName() + ".");

	private StockChain() {
	}

	/**
	 * Saves no page in a session if the chain is such a one.
	 */
	static void examine(SecurityFilterChain chain) {
		List<Filter> filters = chain.getFilters();
		if (filters.stream().allMatch(StockChain::isKnown)) {
			filters.stream()
				.filter(CallbackFilter.class::isInstance)
				.map((filter) -> ((CallbackFilter) filter).savedRequests())
				.forEach((savedRequests) -> {
					if (savedRequests != null) {
						savedRequests.beStock();
					}
				});
		}
	}

	private static boolean isKnown(Filter filter) {
		if (filter instanceof OAuth2AuthorizationRequestRedirectFilter begin) {
			return SecurityInternals.hasDefaultResolver(begin);
		}
		if (filter instanceof ExceptionTranslationFilter failures) {
			return isStock(failures.getAuthenticationEntryPoint());
		}
		boolean login = filter instanceof AbstractAuthenticationProcessingFilter
				|| filter instanceof AuthenticationFilter;
		return (!login || filter instanceof OAuth2LoginAuthenticationFilter)
				&& KNOWN.stream().anyMatch(filter.getClass().getName()::startsWith);
	}

	/**
	 * With several providers Spring Security shows its own page, and with one it
	 * delegates. Anything else may look for the page or lead to one of the app that does.
	 */
	private static boolean isStock(AuthenticationEntryPoint entryPoint) {
		return entryPoint.getClass() == DelegatingAuthenticationEntryPoint.class
				|| (entryPoint.getClass() == LoginUrlAuthenticationEntryPoint.class
						&& ((LoginUrlAuthenticationEntryPoint) entryPoint).getLoginFormUrl()
							.equals(DefaultLoginPageGeneratingFilter.DEFAULT_LOGIN_PAGE_URL));
	}

}
