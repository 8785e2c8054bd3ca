package io.github.oauth2state.login.servlet;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which filter chains get the shared repository, and what the log says of them, if the
 * app has a repository or filters of its own.
 */
class OwnRepositoryHookTests extends FilterChainTests {

	@Test
	void repositoryThatTheUserSetOnLoginLeavesTheChainToThem() {
		run(UsersRepositoryOnLogin.class, (context) -> assertThat(repositories(context)).containsExactly(
				List.of("redirect " + USERS, "redirect " + SESSION, "login " + USERS, "client " + SESSION)));
	}

	@Test
	void repositoryThatTheUserSetOnClientLeavesTheChainToThem() {
		run(UsersRepositoryOnClient.class, (context) -> assertThat(repositories(context)).containsExactly(
				List.of("redirect " + SESSION, "redirect " + USERS, "login " + SESSION, "client " + USERS)));
	}

	@Test
	void repositoryThatTheUserSetsByACustomizerBeanWins() {
		run(UsersLoginCustomizer.class,
				(context) -> assertThat(repositories(context).get(0)).contains("redirect " + USERS, "login " + USERS)
					.doesNotContain("login " + SHARED));
	}

	@Test
	void repositoryIsABeanForFiltersOfTheAppsOwn() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(AuthorizationRequestRepository.class)
			.hasSingleBean(SharedAuthorizationRequestRepository.class));
	}

	@Test
	void repositoryBeanOfTheUserIsTheOnlyOneAndChangesNoChain() {
		run(UsersRepositoryBean.class, (context) -> {
			assertThat(context).hasSingleBean(AuthorizationRequestRepository.class)
				.hasSingleBean(UsersRepository.class);
			assertThat(repositories(context)).containsExactly(
					List.of("redirect " + SHARED, "redirect " + SHARED, "login " + SHARED, "client " + SHARED));
		});
	}

	@Test
	void chainOnWhichTheUserSetsTheBeanIsSharedAsIfTheyHadNot() {
		run(BeanOnLogin.class, (context) -> {
			assertThat(repositories(context)).containsExactly(
					List.of("redirect " + SHARED, "redirect " + SHARED, "login " + SHARED, "client " + SHARED));
			assertThat(chains(context).get(0).getFilters()).filteredOn(CallbackFilter.class::isInstance).hasSize(1);
		});
	}

	@Test
	void startupSaysThatAChainIsLeftAloneThoughTheUserSetARepositoryOnOneSideOnly(CapturedOutput output) {
		run(UsersRepositoryOnClient.class,
				(context) -> assertThat(output).contains("Filter chain 'chain' for any request is left alone, as the "
						+ "app has set an AuthorizationRequestRepository of its own: "
						+ UsersRepository.class.getName()));
	}

	@Test
	void startupWarnsOfAFilterOfTheAppsOwnThatLooksElsewhere(CapturedOutput output) {
		run(OwnFilterInSharedChain.class, (context) -> assertThat(output).contains("WARN",
				"Filter chain 'chain' for any request: pending logins are shared, but one of its filters looks for them in "
						+ HttpSessionOAuth2AuthorizationRequestRepository.class.getName(),
				"Set the AuthorizationRequestRepository bean"));
	}

	@Test
	void startupSaysHowFiltersOfTheAppsOwnCanShare(CapturedOutput output) {
		run(OwnFiltersOnly.class,
				(context) -> assertThat(output).contains(
						"Filter chain 'chain' for any request is left alone, as the app makes its filters",
						"Set the AuthorizationRequestRepository bean"));
	}

	@Configuration(proxyBeanMethods = false)
	static class UsersRepositoryOnLogin {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http
				.oauth2Login((login) -> login.authorizationEndpoint(
						(endpoint) -> endpoint.authorizationRequestRepository(new UsersRepository())))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersRepositoryOnClient {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults())
				.oauth2Client((client) -> client
					.authorizationCodeGrant((grant) -> grant.authorizationRequestRepository(new UsersRepository())))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersRepositoryBean {

		@Bean
		UsersRepository usersRepository() {
			return new UsersRepository();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BeanOnLogin {

		@Bean
		SecurityFilterChain chain(HttpSecurity http,
				AuthorizationRequestRepository<OAuth2AuthorizationRequest> repository) {
			return http
				.oauth2Login((login) -> login
					.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestRepository(repository)))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFilterInSharedChain {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations) {
			return http.oauth2Login(Customizer.withDefaults())
				.addFilter(new OAuth2AuthorizationRequestRedirectFilter(registrations, "/own"))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFiltersOnly {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations) {
			return http.addFilter(new OAuth2AuthorizationRequestRedirectFilter(registrations)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersLoginCustomizer {

		@Bean
		Customizer<OAuth2LoginConfigurer<HttpSecurity>> loginCustomizer() {
			return (login) -> login
				.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestRepository(new UsersRepository()));
		}

	}

}
