package io.github.oauth2state.logout;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authentication.logout.SecurityContextServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * A filter chain of a reactive app that has been built. Only then is it known what it
 * does when a user logs out: each call that sets a handler removes all others.
 *
 * @param filters the filters
 */
record ReactiveChain(List<WebFilter> filters) {

	static ReactiveChain of(SecurityWebFilterChain chain) {
		List<WebFilter> filters = new ArrayList<>();
		chain.getWebFilters().subscribe(filters::add);
		return new ReactiveChain(filters);
	}

	<T> Stream<T> all(Class<T> type) {
		return this.filters.stream().filter(type::isInstance).map(type::cast);
	}

	/**
	 * Returns the filter that has a class of Spring Security which is not public.
	 */
	Optional<WebFilter> named(String name) {
		return this.filters.stream().filter((filter) -> filter.getClass().getSimpleName().equals(name)).findFirst();
	}

	/**
	 * Calls a handler first when a user logs out.
	 * @param handler the handler
	 * @param always whether it also counts when a session ends though its user has not
	 * logged out
	 */
	void precede(ServerLogoutHandler handler, boolean always) {
		all(LogoutWebFilter.class)
			.forEach((filter) -> filter.setLogoutHandler(new Preceded(handler, always, handlerOf(filter))));
	}

	/**
	 * Returns what to call when a session ends though its user has not logged out.
	 */
	ServerLogoutHandler endHandler() {
		ServerLogoutHandler all = all(LogoutWebFilter.class).findFirst()
			.map(ReactiveChain::handlerOf)
			.orElseGet(SecurityContextServerLogoutHandler::new);
		return (exchange, user) -> Preceded.end(all, exchange, user);
	}

	private static ServerLogoutHandler handlerOf(LogoutWebFilter filter) {
		return (read(filter, "logoutHandler") instanceof ServerLogoutHandler handler) ? handler
				: new SecurityContextServerLogoutHandler();
	}

	/**
	 * Reads a private field.
	 * @return its value, or {@code null} if there is no such field
	 */
	static @Nullable Object read(Object target, String name) {
		Field field = ReflectionUtils.findField(target.getClass(), name);
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		return ReflectionUtils.getField(field, target);
	}

	/**
	 * Makes a native image keep the fields that are read.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		private static final Map<String, String> FIELDS = Map.of(
				"org.springframework.security.config.web.server.ServerHttpSecurity$OAuth2LoginSpec$OidcSessionRegistryWebFilter",
				"oidcSessionRegistry", "org.springframework.security.web.server.authentication.logout.LogoutWebFilter",
				"logoutHandler",
				"org.springframework.security.oauth2.client.web.server.authentication.OAuth2LoginAuthenticationWebFilter",
				"authorizedClientRepository");

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			FIELDS.forEach((type, field) -> hints.reflection()
				.registerTypeIfPresent(classLoader, type, (hint) -> hint.withField(field)));
		}

	}

	/**
	 * A handler that comes before others.
	 *
	 * @param first the handler
	 * @param always as for {@link #precede}
	 * @param others those that come after it
	 */
	private record Preceded(ServerLogoutHandler first, boolean always,
			ServerLogoutHandler others) implements ServerLogoutHandler {

		@Override
		public Mono<Void> logout(WebFilterExchange exchange, Authentication user) {
			return this.first.logout(exchange, user).then(Mono.defer(() -> this.others.logout(exchange, user)));
		}

		static Mono<Void> end(ServerLogoutHandler handler, WebFilterExchange exchange, Authentication user) {
			if (!(handler instanceof Preceded preceded)) {
				return handler.logout(exchange, user);
			}
			Mono<Void> first = preceded.always ? preceded.first.logout(exchange, user) : Mono.empty();
			return first.then(Mono.defer(() -> end(preceded.others, exchange, user)));
		}

	}

}
