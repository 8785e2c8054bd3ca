package io.github.oauth2state.login.reactive;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationCodeGrantWebFilter;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationRequestRedirectWebFilter;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.authentication.OAuth2LoginAuthenticationWebFilter;
import org.springframework.security.web.server.DelegatingServerAuthenticationEntryPoint;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authorization.ExceptionTranslationWebFilter;
import org.springframework.web.server.WebFilter;

import io.github.oauth2state.login.ClientChains;

/**
 * Inspects every filter chain at startup: logs whether its pending logins are shared, and
 * why not. Finds the chains on which a page that a user asks for needs no session, on
 * which a login starts without looking into it, and on which scripts can start logins.
 */
final class ReactiveChainInspector implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(ReactiveChainInspector.class);

	private static final List<String> STOCK_PACKAGES = List.of("org.springframework.security.",
			"org.springframework.web.filter.", "org.springframework.web.cors.", "io.github.oauth2state.login.reactive.",
			"io.github.oauth2state.logout.");

	private static final String REMEDY = "Set the ServerAuthorizationRequestRepository bean on every filter that the app makes itself.";

	private final Supplier<ClientChains> clients;

	ReactiveChainInspector(Supplier<ClientChains> clients) {
		this.clients = clients;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof SecurityWebFilterChain chain) {
			List<WebFilter> filters = new ArrayList<>();
			chain.getWebFilters().onErrorComplete().subscribe(filters::add);
			report("Filter chain '" + beanName + "'", filters);
			avoidSessions(filters);
			noteClients(chain, filters);
			allowScripts(filters);
		}
		return bean;
	}

	private static void report(String name, List<WebFilter> filters) {
		List<Object> all = filters.stream()
			.map(ServerSecurityInternals::repository)
			.filter(Objects::nonNull)
			.map(Object.class::cast)
			.toList();
		List<Object> shared = all.stream().filter(ReactiveChainInspector::isShared).toList();
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
		else if (all.stream().allMatch(WebSessionOAuth2ServerAuthorizationRequestRepository.class::isInstance)) {
			logger.info(name + " is left alone, as the app makes its filters or has set an authentication converter: "
					+ "their pending logins stay in the session. " + REMEDY);
		}
		else {
			logger.info(name + " is left alone, as the app has set a ServerAuthorizationRequestRepository of its own: "
					+ nameOfFirst(all, (
							repository) -> !(repository instanceof WebSessionOAuth2ServerAuthorizationRequestRepository)));
		}
	}

	private static boolean isShared(@Nullable Object repository) {
		return repository instanceof SharedServerAuthorizationRequestRepository;
	}

	private static String nameOfFirst(List<Object> repositories, Predicate<Object> odd) {
		return repositories.stream().filter(odd).findFirst().orElseThrow().getClass().getName();
	}

	/**
	 * Saves no page in a session on a chain where users log in by OAuth2 only, and where
	 * no code of the app runs before they are signed in: nothing looks for the page
	 * there.
	 */
	private static void avoidSessions(List<WebFilter> filters) {
		if (filters.stream().allMatch(ReactiveChainInspector::isStock)) {
			filters.stream()
				.filter(LoginWebFilter.class::isInstance)
				.map((filter) -> ((LoginWebFilter) filter).chain().savedRequests())
				.filter(Objects::nonNull)
				.forEach(ReactiveSavedRequests::avoidSessions);
		}
	}

	/**
	 * Finds out where a chain signs users in, and whether it authorizes clients. It may
	 * do so by a filter that the app makes itself.
	 */
	private void noteClients(SecurityWebFilterChain chain, List<WebFilter> filters) {
		Optional<ReactiveSignedInUser> user = filters.stream()
			.filter(LoginWebFilter.class::isInstance)
			.map((filter) -> ((LoginWebFilter) filter).chain().user())
			.findFirst();
		user.ifPresent((known) -> filters.stream()
			.map(ServerSecurityInternals::signInPath)
			.filter(Objects::nonNull)
			.findFirst()
			.ifPresent(known::setSignInPath));
		if (filters.stream()
			.filter(OAuth2AuthorizationCodeGrantWebFilter.class::isInstance)
			.anyMatch((filter) -> isShared(ServerSecurityInternals.repository(filter)))) {
			this.clients.get().add(user.<Object>map(Function.identity()).orElse(chain));
		}
	}

	/**
	 * Lets scripts start logins where the app tells them the provider's URL, to which
	 * they lead the browser. They cannot follow a redirect there.
	 */
	private static void allowScripts(List<WebFilter> filters) {
		boolean ownAnswer = filters.stream()
			.anyMatch((filter) -> filter instanceof OAuth2AuthorizationRequestRedirectWebFilter begin
					&& ServerSecurityInternals.hasOwnAnswer(begin));
		filters.stream()
			.filter((filter) -> ownAnswer && filter instanceof LoginWebFilter)
			.forEach((filter) -> ((LoginWebFilter) filter).chain().scripts().set(true));
	}

	private static boolean isStock(WebFilter filter) {
		if (filter instanceof OAuth2AuthorizationRequestRedirectWebFilter begin) {
			return ServerSecurityInternals.hasDefaultResolver(begin);
		}
		if (filter instanceof ExceptionTranslationWebFilter failures) {
			return showsStockPage(failures);
		}
		boolean login = filter instanceof AuthenticationWebFilter;
		return (!login || filter instanceof OAuth2LoginAuthenticationWebFilter)
				&& STOCK_PACKAGES.stream().anyMatch(filter.getClass().getName()::startsWith);
	}

	/**
	 * With OAuth2 login only, Spring Security delegates or redirects to its own login
	 * page. Any other entry point may look for the saved page, or send the user to a page
	 * of the app that does. A login page of the app is known by other means.
	 */
	private static boolean showsStockPage(ExceptionTranslationWebFilter failures) {
		Object entryPoint = ServerSecurityInternals.readIfPossible(ExceptionTranslationWebFilter.class,
				"authenticationEntryPoint", failures);
		return entryPoint != null && (entryPoint.getClass() == DelegatingServerAuthenticationEntryPoint.class
				|| entryPoint.getClass() == RedirectServerAuthenticationEntryPoint.class);
	}

}
