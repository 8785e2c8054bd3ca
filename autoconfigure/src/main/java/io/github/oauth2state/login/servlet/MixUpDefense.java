package io.github.oauth2state.login.servlet;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

import io.github.oauth2state.login.LoginSettings;

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

	private final Supplier<ClientRegistrationRepository> registrations;

	private final LoginSettings settings;

	MixUpDefense(Supplier<ClientRegistrationRepository> registrations, LoginSettings settings) {
		this.registrations = registrations;
		this.settings = settings;
	}

	/**
	 * Returns the registration of a login.
	 * @param id its id, from the authorization request
	 * @return the registration, or {@code null} if this instance does not have it
	 */
	@Nullable ClientRegistration registration(@Nullable String id) {
		return StringUtils.hasText(id) ? this.registrations.get().findByRegistrationId(id) : null;
	}

	/**
	 * Checks a callback.
	 * @param kind the filter that handles it; the filter for clients compares the
	 * redirect URI itself
	 * @param login the authorization request of the login
	 * @param registration the client registration of the login
	 * @param request the callback
	 * @return why the callback must be refused, or {@code null} if it need not
	 */
	@Nullable String check(CallbackFilter.Kind kind, OAuth2AuthorizationRequest login, ClientRegistration registration,
			HttpServletRequest request) {
		if (kind == CallbackFilter.Kind.LOGIN && this.settings.verifyRedirectUri() && login.getRedirectUri() != null
				&& !isAtRedirectUri(login.getRedirectUri(), registration, request)) {
			return REDIRECT_URI_MISMATCH;
		}
		return checkIssuer(registration, request);
	}

	/**
	 * Compares the issuer (RFC 9207, section 2.4) if the registration has one. Some
	 * providers leave the parameter out of errors, and an error gives an attacker
	 * nothing.
	 */
	private static @Nullable String checkIssuer(ClientRegistration registration, HttpServletRequest request) {
		String[] values = request.getParameterValues(ISSUER_PARAMETER);
		if (values == null) {
			Object announced = registration.getProviderDetails().getConfigurationMetadata().get(ISSUER_ANNOUNCED);
			boolean required = Boolean.parseBoolean(String.valueOf(announced)) && !ServletRequests.hasError(request);
			return required ? ISSUER_MISSING : null;
		}
		String issuer = registration.getProviderDetails().getIssuerUri();
		boolean matches = values.length == 1 && (issuer == null || issuer.equals(values[0]));
		return matches ? null : ISSUER_MISMATCH;
	}

	/**
	 * Compares as Spring Security's filter for clients does. Behind a proxy an app may
	 * not see the URI that the browser asked for. Then a URI is refused if another
	 * registration has it, or if it differs in more than what proxies change.
	 */
	private boolean isAtRedirectUri(String redirectUri, ClientRegistration registration, HttpServletRequest request) {
		UriComponents expected = UriComponentsBuilder.fromUriString(redirectUri).build();
		if (isAt(expected, request)) {
			return true;
		}
		List<ClientRegistration> all = all();
		if (all != null && all.size() == 1) {
			return true;
		}
		if (!hasParameters(expected, request)) {
			return false;
		}
		if (resolvesTo(request, registration.getRedirectUri(), registration)) {
			return true;
		}
		boolean samePath = Objects.equals(expected.getPath(), request.getRequestURI());
		if (all == null) {
			// Tenants can have hosts or prefixes of their own here
			return samePath && (this.settings.cookie().domain() == null || hasHost(expected, request));
		}
		return (samePath || differsByPrefix(expected.getPath(), request)) && all.stream()
			.filter((other) -> !other.getRegistrationId().equals(registration.getRegistrationId()))
			.noneMatch((other) -> resolvesTo(request, other.getRedirectUri(), other));
	}

	/**
	 * Returns whether a callback came to a redirect URI of a provider that posts
	 * callbacks by its configuration.
	 */
	boolean isPostedByConfiguration(HttpServletRequest request) {
		List<ClientRegistration> all = all();
		return all != null && all.stream()
			.filter((registration) -> registration.getProviderDetails()
				.getAuthorizationUri()
				.contains("response_mode=form_post"))
			.anyMatch((registration) -> resolvesTo(request, registration.getRedirectUri(), registration));
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

	private static boolean isAt(UriComponents expected, HttpServletRequest request) {
		return request.getScheme().equalsIgnoreCase(expected.getScheme()) && hasHost(expected, request)
				&& port(expected) == request.getServerPort()
				&& Objects.equals(pathOf(expected), request.getRequestURI()) && hasParameters(expected, request);
	}

	private static boolean hasHost(UriComponents expected, HttpServletRequest request) {
		return request.getServerName().equalsIgnoreCase(expected.getHost());
	}

	private static int port(UriComponents uri) {
		return (uri.getPort() >= 0) ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
	}

	private static String pathOf(UriComponents uri) {
		return StringUtils.hasLength(uri.getPath()) ? uri.getPath() : "/";
	}

	/**
	 * A redirect URI may have a query (RFC 6749, section 3.1.2).
	 */
	private static boolean hasParameters(UriComponents expected, HttpServletRequest request) {
		return expected.getQueryParams()
			.entrySet()
			.stream()
			.allMatch((parameter) -> parameter.getValue()
				.stream()
				.map((value) -> (value != null) ? decode(value) : "")
				.toList()
				.equals(values(request, decode(parameter.getKey()))));
	}

	private static List<String> values(HttpServletRequest request, String name) {
		String[] values = request.getParameterValues(name);
		return (values != null) ? List.of(values) : List.of();
	}

	private static String decode(String text) {
		return URLDecoder.decode(text, StandardCharsets.UTF_8);
	}

	/**
	 * Returns whether a path differs as behind a proxy that removes or adds a prefix.
	 */
	private static boolean differsByPrefix(@Nullable String expectedPath, HttpServletRequest request) {
		String path = request.getRequestURI().substring(request.getContextPath().length());
		return expectedPath != null && path.length() > 1 && expectedPath.length() > 1
				&& (expectedPath.endsWith(path) || path.endsWith(expectedPath));
	}

	/**
	 * Returns whether a request came to the redirect URI of a template, expanded with the
	 * scheme, host and context path of the request.
	 */
	private static boolean resolvesTo(HttpServletRequest request, @Nullable String template,
			ClientRegistration registration) {
		if (template == null) {
			return false;
		}
		boolean defaultPort = request.getServerPort() == ("https".equals(request.getScheme()) ? 443 : 80);
		String port = defaultPort ? "" : ":" + request.getServerPort();
		Map<String, String> variables = Map.of("registrationId", registration.getRegistrationId(), "baseScheme",
				request.getScheme(), "baseHost", request.getServerName(), "basePort", port, "basePath",
				request.getContextPath(), "baseUrl",
				request.getScheme() + "://" + request.getServerName() + port + request.getContextPath(), "action",
				"login");
		try {
			String expanded = UriComponentsBuilder.fromUriString(template).buildAndExpand(variables).toUriString();
			return isAt(UriComponentsBuilder.fromUriString(expanded).build(), request);
		}
		catch (IllegalArgumentException ex) {
			// It has variables of the app's own
			return false;
		}
	}

}
