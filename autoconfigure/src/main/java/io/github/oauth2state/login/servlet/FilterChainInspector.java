package io.github.oauth2state.login.servlet;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import jakarta.servlet.Filter;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;

import io.github.oauth2state.login.ClientChains;

/**
 * Inspects every filter chain at startup: logs whether its pending logins are shared, and
 * why not. Finds the chains on which a page that a user asks for needs no session, on
 * which a login starts without looking into it, and on which scripts can start logins.
 */
class FilterChainInspector implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(FilterChainInspector.class);

	private static final List<String> STOCK_PACKAGES = List.of("org.springframework.security.",
			"org.springframework.web.filter.", "io.github.oauth2state.login.servlet.", "io.github.oauth2state.logout.");

	private static final String REMEDY = "Set the AuthorizationRequestRepository bean on every filter that the app makes itself.";

	private final Supplier<ClientChains> clients;

	FilterChainInspector(Supplier<ClientChains> clients) {
		this.clients = clients;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof SecurityFilterChain chain) {
			report(describe(chain, beanName), chain);
			avoidSessions(chain);
			noteClients(chain);
			allowScripts(chain.getFilters());
		}
		return bean;
	}

	private static String describe(SecurityFilterChain chain, String name) {
		return "Filter chain '" + name + "'"
				+ ((chain instanceof DefaultSecurityFilterChain known) ? " for " + known.getRequestMatcher() : "");
	}

	private static void report(String name, SecurityFilterChain chain) {
		List<Object> all = chain.getFilters()
			.stream()
			.map(SecurityInternals::repository)
			.filter(Objects::nonNull)
			.toList();
		List<Object> shared = all.stream().filter(FilterChainInspector::isShared).toList();
		if (all.isEmpty()) {
			logger.info(name + " is left alone, as it has neither OAuth2 login nor client");
		}
		else if (shared.size() == all.size()) {
			logger.info(name + ": pending logins are shared");
		}
		else if (!shared.isEmpty()) {
			logger.warn(name + ": pending logins are shared, but one of its filters looks for them in "
					+ nameOfFirst(all, (repository) -> !isShared(repository)) + " and does not find them. " + REMEDY);
		}
		else if (all.stream().allMatch(FilterChainInspector::isSession)) {
			logger.info(name + " is left alone, as the app makes its filters: their pending logins stay in the HTTP "
					+ "session. " + REMEDY);
		}
		else {
			logger.info(name + " is left alone, as the app has set an AuthorizationRequestRepository of its own: "
					+ nameOfFirst(all, (repository) -> !isSession(repository)));
		}
	}

	private static boolean isShared(@Nullable Object repository) {
		return repository instanceof SharedAuthorizationRequestRepository;
	}

	private static boolean isSession(Object repository) {
		return repository instanceof HttpSessionOAuth2AuthorizationRequestRepository;
	}

	private static String nameOfFirst(List<Object> repositories, Predicate<Object> odd) {
		return repositories.stream().filter(odd).findFirst().orElseThrow().getClass().getName();
	}

	/**
	 * Saves no page in a session on a chain where users log in by OAuth2 only, and where
	 * no code of the app runs before they are signed in: nothing looks for the page
	 * there.
	 */
	private static void avoidSessions(SecurityFilterChain chain) {
		List<Filter> filters = chain.getFilters();
		if (filters.stream().allMatch(FilterChainInspector::isStock)) {
			filters.stream()
				.filter(CallbackFilter.class::isInstance)
				.map((filter) -> ((CallbackFilter) filter).chain().savedRequests())
				.forEach((savedRequests) -> {
					if (savedRequests != null) {
						savedRequests.avoidSessions();
					}
				});
		}
	}

	/**
	 * Finds out where a chain signs users in, and whether it authorizes clients. It may
	 * do so by a filter that the app makes itself.
	 */
	private void noteClients(SecurityFilterChain chain) {
		List<Filter> filters = chain.getFilters();
		Optional<SignedInUser> user = filters.stream()
			.filter(CallbackFilter.class::isInstance)
			.map((filter) -> ((CallbackFilter) filter).chain().user())
			.findFirst();
		user.ifPresent((known) -> filters.stream()
			.map(SecurityInternals::signInPath)
			.filter(Objects::nonNull)
			.findFirst()
			.ifPresent(known::setSignInPath));
		if (filters.stream()
			.filter(OAuth2AuthorizationCodeGrantFilter.class::isInstance)
			.anyMatch((filter) -> isShared(SecurityInternals.repository(filter)))) {
			this.clients.get().add(user.<Object>map(Function.identity()).orElse(chain));
		}
	}

	/**
	 * Lets scripts start logins where the app tells them the provider's URL, to which
	 * they lead the browser. They cannot follow a redirect there.
	 */
	private static void allowScripts(List<Filter> filters) {
		boolean ownAnswer = filters.stream()
			.anyMatch((filter) -> filter instanceof OAuth2AuthorizationRequestRedirectFilter begin
					&& SecurityInternals.hasOwnAnswer(begin));
		filters.stream()
			.filter((filter) -> ownAnswer && filter instanceof CallbackFilter)
			.forEach((filter) -> ((CallbackFilter) filter).chain().scripts().set(true));
	}

	private static boolean isStock(Filter filter) {
		if (filter instanceof OAuth2AuthorizationRequestRedirectFilter begin) {
			return SecurityInternals.hasDefaultResolver(begin);
		}
		if (filter instanceof ExceptionTranslationFilter failures) {
			return LoginEntryPoints.areStock(failures.getAuthenticationEntryPoint());
		}
		boolean login = filter instanceof AbstractAuthenticationProcessingFilter
				|| filter instanceof AuthenticationFilter;
		return (!login || filter instanceof OAuth2LoginAuthenticationFilter)
				&& STOCK_PACKAGES.stream().anyMatch(filter.getClass().getName()::startsWith);
	}

}
