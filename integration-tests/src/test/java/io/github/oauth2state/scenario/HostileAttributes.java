package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * An app that takes over into its authorization requests whatever the URL that begins the
 * login asks for.
 */
@Configuration(proxyBeanMethods = false)
class HostileAttributes {

	@Bean
	OAuth2AuthorizationRequestResolver resolver(ClientRegistrationRepository registrations) {
		return new Resolver(new DefaultOAuth2AuthorizationRequestResolver(registrations));
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

	private record Resolver(OAuth2AuthorizationRequestResolver delegate) implements OAuth2AuthorizationRequestResolver {

		@Override
		public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
			return withAttribute(this.delegate.resolve(request), request);
		}

		@Override
		public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request, String clientRegistrationId) {
			return withAttribute(this.delegate.resolve(request, clientRegistrationId), request);
		}

		private static @Nullable OAuth2AuthorizationRequest withAttribute(@Nullable OAuth2AuthorizationRequest resolved,
				HttpServletRequest request) {
			String kind = request.getParameter("attribute");
			if (resolved == null || kind == null) {
				return resolved;
			}
			Map<String, Object> hostile = new HashMap<>();
			hostile.put("hostile", attribute(kind));
			return OAuth2AuthorizationRequest.from(resolved).attributes((all) -> all.putAll(hostile)).build();
		}

	}

}
