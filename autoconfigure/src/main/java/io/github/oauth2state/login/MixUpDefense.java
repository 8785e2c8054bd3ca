package io.github.oauth2state.login;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

import io.github.oauth2state.web.WebExchange;

/**
 * Refuses callbacks of another provider than the one that the user was sent to: the
 * defense against mix-up attacks of RFC 9700, section 4.4.2. Spring Security's filter for
 * logins checks neither the redirect URI nor the issuer.
 */
final class MixUpDefense {

	static final String REDIRECT_URI_MISMATCH = "redirect_uri_mismatch";

	static final String ISSUER_MISMATCH = "issuer_mismatch";

	static final String ISSUER_MISSING = "issuer_missing";

	private static final String ISSUER_PARAMETER = "iss";

	/**
	 * Authorization server metadata of RFC 9207, section 3.
	 */
	private static final String ISSUER_ANNOUNCED = "authorization_response_iss_parameter_supported";

	private final Supplier<?> registrations;

	private final LoginSettings settings;

	MixUpDefense(Supplier<?> registrations, LoginSettings settings) {
		this.registrations = registrations;
		this.settings = settings;
	}

	/**
	 * Returns why a callback must be refused, or {@code null} if it need not. The filter
	 * for clients compares the redirect URI itself.
	 */
	@Nullable String check(LoginNote.Kind kind, OAuth2AuthorizationRequest login, ClientRegistration registration,
			WebExchange exchange) {
		if (kind == LoginNote.Kind.LOGIN && this.settings.verifyRedirectUri() && login.getRedirectUri() != null
				&& !isAtRedirectUri(login.getRedirectUri(), registration, exchange)) {
			return REDIRECT_URI_MISMATCH;
		}
		return checkIssuer(registration, exchange);
	}

	/**
	 * Compares the issuer (RFC 9207, section 2.4) if the registration has one. Some
	 * providers leave the parameter out of errors, and an error gives an attacker
	 * nothing.
	 */
	private @Nullable String checkIssuer(ClientRegistration registration, WebExchange exchange) {
		List<String> values = exchange.parameters(ISSUER_PARAMETER);
		if (values.isEmpty()) {
			Object announced = registration.getProviderDetails().getConfigurationMetadata().get(ISSUER_ANNOUNCED);
			boolean required = Boolean.parseBoolean(String.valueOf(announced)) && !exchange.hasError();
			return (required && !isOnlyProvider(registration)) ? ISSUER_MISSING : null;
		}
		String issuer = registration.getProviderDetails().getIssuerUri();
		boolean matches = values.size() == 1 && (issuer == null || issuer.equals(values.get(0)));
		return matches ? null : ISSUER_MISMATCH;
	}

	/**
	 * Returns whether no callback can be of another provider. Keycloak announces the
	 * parameter for a realm, and leaves it out for a client that is set up so.
	 */
	private boolean isOnlyProvider(ClientRegistration registration) {
		List<ClientRegistration> all = all();
		String uri = registration.getProviderDetails().getAuthorizationUri();
		return all != null && all.stream()
			.map((other) -> other.getProviderDetails().getAuthorizationUri())
			.allMatch((other) -> other == null || other.equals(uri));
	}

	/**
	 * Compares as Spring Security's filter for clients does. Behind a proxy an app may
	 * not see the URI that the browser asked for. Then a URI is refused if another
	 * registration has it, or if it differs in more than what proxies change.
	 */
	private boolean isAtRedirectUri(String redirectUri, ClientRegistration registration, WebExchange exchange) {
		if (redirectUri.equals(origin(exchange) + exchange.path())) {
			// Most often, and nothing needs to be parsed
			return true;
		}
		UriComponents expected = UriComponentsBuilder.fromUriString(redirectUri).build();
		if (isAt(expected, exchange)) {
			return true;
		}
		List<ClientRegistration> all = all();
		if (all != null && all.size() == 1) {
			return true;
		}
		if (!hasParameters(expected, exchange)) {
			return false;
		}
		if (resolvesTo(exchange, registration.getRedirectUri(), registration)) {
			return true;
		}
		boolean samePath = Objects.equals(expected.getPath(), exchange.path());
		if (all == null) {
			// Tenants can have hosts or prefixes of their own here
			return samePath && (this.settings.cookie().domain() == null || hasHost(expected, exchange));
		}
		return (samePath || differsByPrefix(expected.getPath(), exchange)) && all.stream()
			.filter((other) -> !other.getRegistrationId().equals(registration.getRegistrationId()))
			.noneMatch((other) -> resolvesTo(exchange, other.getRedirectUri(), other));
	}

	/**
	 * Returns whether a callback came to a redirect URI of a provider that posts
	 * callbacks by its configuration.
	 */
	boolean isPostedByConfiguration(WebExchange exchange) {
		List<ClientRegistration> all = all();
		return all != null && all.stream()
			.filter(MixUpDefense::isPosted)
			.anyMatch((registration) -> resolvesTo(exchange, registration.getRedirectUri(), registration));
	}

	/**
	 * A registration that is not for users has no URI.
	 */
	private static boolean isPosted(ClientRegistration registration) {
		String uri = registration.getProviderDetails().getAuthorizationUri();
		return uri != null && uri.contains("response_mode=form_post");
	}

	/**
	 * Returns all registrations, or {@code null} if they cannot be listed.
	 */
	private @Nullable List<ClientRegistration> all() {
		return (this.registrations.get() instanceof Iterable<?> iterable)
				? StreamSupport.stream(iterable.spliterator(), false)
					.filter(ClientRegistration.class::isInstance)
					.map(ClientRegistration.class::cast)
					.toList()
				: null;
	}

	/**
	 * Returns the id if a registration has it. The sender may have made it up, so the
	 * repository is not asked for it: it may create a registration for any id, or fail.
	 */
	@Nullable String known(@Nullable String registrationId) {
		List<ClientRegistration> all = all();
		boolean known = all != null
				&& all.stream().anyMatch((registration) -> registration.getRegistrationId().equals(registrationId));
		return known ? registrationId : null;
	}

	private static boolean isAt(UriComponents expected, WebExchange exchange) {
		return exchange.scheme().equalsIgnoreCase(expected.getScheme()) && hasHost(expected, exchange)
				&& port(expected) == exchange.port() && Objects.equals(pathOf(expected), exchange.path())
				&& hasParameters(expected, exchange);
	}

	private static boolean hasHost(UriComponents expected, WebExchange exchange) {
		return exchange.host().equalsIgnoreCase(expected.getHost());
	}

	static int port(UriComponents uri) {
		return (uri.getPort() >= 0) ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
	}

	private static String pathOf(UriComponents uri) {
		return StringUtils.hasLength(uri.getPath()) ? uri.getPath() : "/";
	}

	/**
	 * A redirect URI may have a query (RFC 6749, section 3.1.2).
	 */
	private static boolean hasParameters(UriComponents expected, WebExchange exchange) {
		return expected.getQueryParams()
			.entrySet()
			.stream()
			.allMatch((parameter) -> parameter.getValue()
				.stream()
				.map((value) -> (value != null) ? decode(value) : "")
				.toList()
				.equals(exchange.parameters(decode(parameter.getKey()))));
	}

	private static String origin(WebExchange exchange) {
		return exchange.scheme() + "://" + exchange.host() + port(exchange);
	}

	/**
	 * Returns the port with a colon, or an empty text for that of the scheme.
	 */
	private static String port(WebExchange exchange) {
		boolean defaultPort = exchange.port() == ("https".equals(exchange.scheme()) ? 443 : 80);
		return defaultPort ? "" : ":" + exchange.port();
	}

	private static String decode(String text) {
		return URLDecoder.decode(text, StandardCharsets.UTF_8);
	}

	/**
	 * Returns whether a path differs as behind a proxy that removes or adds a prefix.
	 */
	private static boolean differsByPrefix(@Nullable String expectedPath, WebExchange exchange) {
		String path = exchange.path().substring(exchange.contextPath().length());
		return expectedPath != null && path.length() > 1 && expectedPath.length() > 1
				&& (expectedPath.endsWith(path) || path.endsWith(expectedPath));
	}

	/**
	 * Returns whether a request came to the redirect URI of a template, expanded with the
	 * scheme, host and context path of the request.
	 */
	private static boolean resolvesTo(WebExchange exchange, @Nullable String template,
			ClientRegistration registration) {
		if (template == null) {
			return false;
		}
		String port = port(exchange);
		Map<String, String> variables = Map.of("registrationId", registration.getRegistrationId(), "baseScheme",
				exchange.scheme(), "baseHost", exchange.host(), "basePort", port, "basePath", exchange.contextPath(),
				"baseUrl", origin(exchange) + exchange.contextPath(), "action", "login");
		try {
			String expanded = UriComponentsBuilder.fromUriString(template).buildAndExpand(variables).toUriString();
			return isAt(UriComponentsBuilder.fromUriString(expanded).build(), exchange);
		}
		catch (IllegalArgumentException ex) {
			// It has variables of the app's own
			return false;
		}
	}

}
