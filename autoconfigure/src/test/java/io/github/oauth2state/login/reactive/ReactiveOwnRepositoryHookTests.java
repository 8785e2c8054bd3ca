package io.github.oauth2state.login.reactive;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationCodeAuthenticationTokenConverter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which reactive filter chains get the shared repository, if the app has a repository or
 * an authentication converter of its own.
 */
class ReactiveOwnRepositoryHookTests extends ReactiveChainTests {

	@Test
	void repositoryThatTheUserSetOnLoginLeavesTheChainToThem() {
		run(UsersOnLogin.class,
				(context) -> assertThat(repositories(context)).containsExactly(List.of(USERS, SESSION, SESSION)));
	}

	@Test
	void repositoryThatTheUserSetOnClientLeavesTheChainToThem() {
		run(UsersOnClient.class,
				(context) -> assertThat(repositories(context)).containsExactly(List.of(SESSION, USERS, USERS)));
	}

	@Test
	void chainOnWhichTheUserSetsTheBeanIsSharedAsIfTheyHadNot() {
		run(UsersSetTheBean.class, (context) -> {
			assertThat(repositories(context)).containsExactly(List.of(SHARED));
			assertThat(filters(chains(context).get(0))).filteredOn(LoginWebFilter.class::isInstance).hasSize(1);
		});
	}

	@Test
	void converterThatLooksInTheSessionLooksInTheStoreToo() {
		run(StockConverter.class, (context) -> {
			assertThat(repositories(context)).containsExactly(List.of(SHARED));
			Object converter = context.getBean(ServerOAuth2AuthorizationCodeAuthenticationTokenConverter.class);
			assertThat(ServerSecurityInternals.read(ServerOAuth2AuthorizationCodeAuthenticationTokenConverter.class,
					"authorizationRequestRepository", converter))
				.isInstanceOf(SharedServerAuthorizationRequestRepository.class);
		});
	}

	@Test
	void converterOfTheAppLeavesTheChainAlone(CapturedOutput output) {
		run(UsersConverter.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SESSION)));
		assertThat(output).contains("is left alone, as the app makes its filters or has set an authentication "
				+ "converter: their pending logins stay in the session");
	}

	@Test
	void repositoryIsABeanForFiltersOfTheAppsOwn() {
		this.app.run((context) -> assertThat(context).getBean(ServerAuthorizationRequestRepository.class)
			.isInstanceOf(SharedServerAuthorizationRequestRepository.class));
	}

	@Test
	void repositoryBeanOfTheUserIsTheOnlyOneAndChangesNoChain() {
		this.app.withBean(UsersRepository.class, UsersRepository::new).run((context) -> {
			assertThat(context).getBean(ServerAuthorizationRequestRepository.class).isInstanceOf(UsersRepository.class);
			assertThat(repositories(context)).containsExactly(List.of(SHARED, SHARED, SHARED));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class UsersOnLogin {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login((login) -> login.authorizationRequestRepository(new UsersRepository()))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersOnClient {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults())
				.oauth2Client((client) -> client.authorizationRequestRepository(new UsersRepository()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersSetTheBean {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http,
				ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> repository) {
			return http.oauth2Login((login) -> login.authorizationRequestRepository(repository)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class StockConverter {

		@Bean
		ServerOAuth2AuthorizationCodeAuthenticationTokenConverter converter(
				ReactiveClientRegistrationRepository registrations) {
			return new ServerOAuth2AuthorizationCodeAuthenticationTokenConverter(registrations);
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http,
				ServerOAuth2AuthorizationCodeAuthenticationTokenConverter converter) {
			return http.oauth2Login((login) -> login.authenticationConverter(converter)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersConverter {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			ServerAuthenticationConverter converter = (exchange) -> Mono.empty();
			return http.oauth2Login((login) -> login.authenticationConverter(converter)).build();
		}

	}

}
