package io.github.oauth2state.login.servlet;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Says of every filter chain at startup whether its pending logins are shared, and why
 * not.
 */
class FilterChainReport implements BeanPostProcessor {

	private static final Log logger = LogFactory.getLog(FilterChainReport.class);

	private static final String REMEDY = "Set the AuthorizationRequestRepository bean on every filter that the app makes itself.";

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof SecurityFilterChain chain) {
			report(describe(chain, beanName), chain);
			StockChain.examine(chain);
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
		List<Object> shared = all.stream().filter(FilterChainReport::isShared).toList();
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
		else if (all.stream().allMatch(FilterChainReport::isSession)) {
			logger.info(name + " is left alone, as the app makes its filters: their pending logins stay in the HTTP "
					+ "session. " + REMEDY);
		}
		else {
			logger.info(name + " is left alone, as the app has set an AuthorizationRequestRepository of its own: "
					+ nameOfFirst(all, (repository) -> !isSession(repository)));
		}
	}

	private static boolean isShared(Object repository) {
		return repository instanceof SharedAuthorizationRequestRepository || repository instanceof FilterRepository;
	}

	private static boolean isSession(Object repository) {
		return repository instanceof HttpSessionOAuth2AuthorizationRequestRepository;
	}

	private static String nameOfFirst(List<Object> repositories, Predicate<Object> odd) {
		return repositories.stream().filter(odd).findFirst().orElseThrow().getClass().getName();
	}

}
