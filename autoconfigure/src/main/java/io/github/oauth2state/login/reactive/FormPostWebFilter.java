package io.github.oauth2state.login.reactive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ContentTooLargeException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.PendingLogins;

/**
 * Lets posted callbacks ({@code response_mode=form_post}) reach the filters of Spring
 * Security, which look for parameters in the query only, and exempts them from CSRF
 * protection: they cannot carry a CSRF token, and state and binding cookie replace it.
 * <p>
 * A binding cookie can be planted, so it never decides alone. An exempt request came by
 * https to a path of which the app itself knows that callbacks are posted to it. The
 * filter {@link #refusal()} comes after the filters that handle callbacks and refuses
 * every exempt request that reaches it, unless it was a login. So the exemption is of no
 * use for anything but a callback.
 */
final class FormPostWebFilter implements WebFilter {

	private static final String PARAMETERS = FormPostWebFilter.class.getName() + ".parameters";

	private final PendingLogins logins;

	private final ReactiveLoginStore store;

	private final CallbackCheck check;

	FormPostWebFilter(PendingLogins logins, ReactiveLoginStore store, CallbackCheck check) {
		this.logins = logins;
		this.store = store;
		this.check = check;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		// Before the body is read, which the app may want to read as a stream
		if (!HttpMethod.POST.equals(exchange.getRequest().getMethod()) || !isForm(exchange)
				|| !this.logins.mayBePostedCallback(new ReactiveExchange(exchange).browser())) {
			return chain.filter(exchange);
		}
		return exchange.getFormData()
			.onErrorMap(DataBufferLimitException.class, (ex) -> new ContentTooLargeException(ex))
			.onErrorMap(IllegalArgumentException.class, (ex) -> new ServerWebInputException("The form cannot be read"))
			.map((form) -> withParameters(exchange, merge(exchange.getRequest().getQueryParams(), form)))
			.filterWhen((posted) -> isPostedCallback(new ReactiveExchange(posted)))
			.doOnNext((posted) -> {
				LoginNote.of(new ReactiveExchange(posted)).setCsrfExempt();
				CsrfWebFilter.skipExchange(posted);
				posted.getAttributes().put(PARAMETERS, posted.getRequest().getQueryParams());
			})
			.defaultIfEmpty(exchange)
			.flatMap(chain::filter);
	}

	/**
	 * Does not parse the header, which may be malformed.
	 */
	private static boolean isForm(ServerWebExchange exchange) {
		String type = exchange.getRequest().getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
		return type != null && type.regionMatches(true, 0, MediaType.APPLICATION_FORM_URLENCODED_VALUE, 0,
				MediaType.APPLICATION_FORM_URLENCODED_VALUE.length());
	}

	private Mono<Boolean> isPostedCallback(ReactiveExchange exchange) {
		LoginCallback callback = exchange.state()
			.flatMap((state) -> this.logins.callback(state, exchange.browser()))
			.orElse(null);
		if (callback == null) {
			return Mono.just(false);
		}
		if (this.check.isPostedByConfiguration(exchange)) {
			return Mono.just(true);
		}
		List<StateKey> asked = new ArrayList<>();
		boolean posted = this.logins.isPostedCallback(callback, (key) -> {
			asked.add(key);
			return Optional.empty();
		});
		return (posted || asked.isEmpty()) ? Mono.just(posted) : this.store.findPosted(asked.get(0))
			.map((record) -> this.logins.isPostedCallback(callback, (key) -> record));
	}

	private static MultiValueMap<String, String> merge(MultiValueMap<String, String> query,
			MultiValueMap<String, String> form) {
		MultiValueMap<String, String> all = new LinkedMultiValueMap<>();
		all.addAll(query);
		all.addAll(form);
		return all;
	}

	/**
	 * Shows the parameters of a posted callback again, which a filter of the app loses if
	 * it changes the request.
	 */
	static ServerWebExchange withParameters(ServerWebExchange exchange) {
		MultiValueMap<String, String> all = exchange.getAttribute(PARAMETERS);
		return (all != null) ? withParameters(exchange, all) : exchange;
	}

	private static ServerWebExchange withParameters(ServerWebExchange exchange, MultiValueMap<String, String> all) {
		return exchange.mutate().request(new ServerHttpRequestDecorator(exchange.getRequest()) {

			@Override
			public MultiValueMap<String, String> getQueryParams() {
				return all;
			}

		}).build();
	}

	/**
	 * Returns the filter that comes after those that handle callbacks.
	 */
	static WebFilter refusal() {
		return (exchange, chain) -> {
			LoginNote note = LoginNote.of(new ReactiveExchange(exchange));
			if (note.isCsrfExempt() && note.taken() == null) {
				exchange.getResponse().setStatusCode(HttpStatus.FORBIDDEN);
				return exchange.getResponse().setComplete();
			}
			return chain.filter(exchange);
		};
	}

}
