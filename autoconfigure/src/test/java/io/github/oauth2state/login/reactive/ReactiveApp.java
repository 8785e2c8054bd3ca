package io.github.oauth2state.login.reactive;

import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserRequest;
import org.springframework.security.oauth2.client.userinfo.ReactiveOAuth2UserService;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.oauth2.core.user.OAuth2User;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;

/**
 * A reactive app whose provider is a stub.
 */
final class ReactiveApp {

	private ReactiveApp() {
	}

	static ReactiveWebApplicationContextRunner runner() {
		return new ReactiveWebApplicationContextRunner().withUserConfiguration(App.class)
			.withPropertyValues("oauth2-state.store=memory",
					"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
							+ "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration,"
							+ "org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration")
			.withPropertyValues(registration("idp"));
	}

	static String[] registration(String id) {
		String registration = "spring.security.oauth2.client.registration." + id;
		String provider = "spring.security.oauth2.client.provider." + id;
		return new String[] { registration + ".client-id=app", registration + ".client-secret=secret",
				registration + ".authorization-grant-type=authorization_code",
				registration + ".redirect-uri={baseUrl}/login/oauth2/code/" + id,
				provider + ".authorization-uri=https://idp.example/authorize",
				provider + ".token-uri=https://idp.example/token", provider + ".user-info-uri=https://idp.example/user",
				provider + ".user-name-attribute=sub" };
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class App {

		@Bean
		Provider provider() {
			return new Provider();
		}

		@Bean
		Recorder recorder() {
			return new Recorder();
		}

		@Bean
		Pages pages() {
			return new Pages();
		}

	}

	/**
	 * Answers for the provider: signs everybody in as alice.
	 */
	static final class Provider implements ReactiveOAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest>,
			ReactiveOAuth2UserService<OAuth2UserRequest, OAuth2User> {

		final List<String> codes = new CopyOnWriteArrayList<>();

		volatile Mono<Void> before = Mono.empty();

		@Override
		public Mono<OAuth2AccessTokenResponse> getTokenResponse(OAuth2AuthorizationCodeGrantRequest request) {
			return this.before.then(Mono.fromSupplier(() -> {
				this.codes.add(request.getAuthorizationExchange().getAuthorizationResponse().getCode());
				return OAuth2AccessTokenResponse.withToken("token")
					.tokenType(OAuth2AccessToken.TokenType.BEARER)
					.expiresIn(300)
					.build();
			}));
		}

		@Override
		public Mono<OAuth2User> loadUser(OAuth2UserRequest request) {
			return Mono.just(new DefaultOAuth2User(AuthorityUtils.createAuthorityList("ROLE_USER"),
					Map.of("sub", "alice"), "sub"));
		}

	}

	static final class Recorder implements LoginListener {

		final List<LoginEvent> events = new CopyOnWriteArrayList<>();

		@Override
		public void onLoginEvent(LoginEvent event) {
			this.events.add(event);
		}

	}

	@RestController
	static final class Pages {

		@GetMapping("/{*path}")
		String page(String path, Principal user) {
			return "Hello " + user.getName();
		}

	}

}
