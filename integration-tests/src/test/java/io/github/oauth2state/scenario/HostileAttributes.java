package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * An app that takes over into its authorization requests whatever the URL that begins the
 * login asks for.
 */
@Configuration(proxyBeanMethods = false)
class HostileAttributes {

	private static final RequestChange HOSTILE = HostileAttributes::add;

	@Bean
	@InServletApp
	OAuth2AuthorizationRequestResolver resolver(ClientRegistrationRepository registrations) {
		return HOSTILE.on(new DefaultOAuth2AuthorizationRequestResolver(registrations));
	}

	@Bean
	@InReactiveApp
	ServerOAuth2AuthorizationRequestResolver reactiveResolver(ReactiveClientRegistrationRepository registrations) {
		return HOSTILE.on(new DefaultServerOAuth2AuthorizationRequestResolver(registrations));
	}

	private static @Nullable Object attribute(String kind) {
		return switch (kind) {
			case "oversized" -> "\u00e9".repeat(20_000);
			case "unsupported" -> new Object();
			case "deep" -> nested(100);
			case "cyclic" -> cyclic();
			case "unpaired" -> "\ud800";
			default -> null;
		};
	}

	private static Object nested(int levels) {
		return (levels == 0) ? "innermost" : List.of(nested(levels - 1));
	}

	private static Object cyclic() {
		List<Object> list = new ArrayList<>();
		list.add(Map.of("again", list));
		return list;
	}

	private static void add(Function<String, Optional<String>> parameters, OAuth2AuthorizationRequest.Builder request) {
		parameters.apply("attribute").ifPresent((kind) -> {
			Map<String, Object> hostile = new HashMap<>();
			hostile.put("hostile", attribute(kind));
			request.attributes((all) -> all.putAll(hostile));
		});
	}

}
