package io.github.oauth2state.login.reactive;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.LogoutSpec;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.WebSessionServerOAuth2AuthorizedClientRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link ServerSecurityHook}, with builders of several kinds and the ways to
 * call them.
 */
class ServerSecurityHookTests extends ReactiveChainTests {

	@Test
	void methodsThatReturnTheBuilderReturnWhatIsHooked() {
		this.app.run((context) -> {
			ServerHttpSecurity http = context.getBean(ServerHttpSecurity.class);
			assertThat(http.csrf(CsrfSpec::disable)).isSameAs(http);
			assertThat(http.addFilterAt((exchange, chain) -> chain.filter(exchange), SecurityWebFiltersOrder.LAST)
				.oauth2Login(Customizer.withDefaults())
				.logout(LogoutSpec::disable)).isSameAs(http);
		});
	}

	@Test
	void statementsGetTheSharedRepositoryAsChainedCallsDo() {
		run(Statements.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void chainCannotBeBuiltTwiceAsWithoutTheStarter() {
		this.app.run((context) -> {
			ServerHttpSecurity http = context.getBean(ServerHttpSecurity.class).oauth2Login(Customizer.withDefaults());
			http.build();
			assertThatIllegalStateException().isThrownBy(http::build).withMessageContaining("already been built");
		});
	}

	@Test
	void builderOfTheAppsOwnClassGetsTheSharedRepository() {
		run(OwnBuilder.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void builderThatIsNoBeanIsUntouched() {
		run(NoBean.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SESSION)));
	}

	@Test
	void classOfTheProxyIsKnownAheadOfTime() {
		ServerSecurityHook hook = new ServerSecurityHook((http, initial) -> {
		});
		assertThat(hook.determineBeanType(ServerHttpSecurity.class, "http")).isAssignableTo(ServerHttpSecurity.class)
			.isNotEqualTo(ServerHttpSecurity.class);
		assertThat(hook.determineBeanType(String.class, "text")).isEqualTo(String.class);
		assertThat(hook.postProcessAfterInitialization(ServerHttpSecurity.http(), "http").getClass())
			.isEqualTo(hook.determineBeanType(ServerHttpSecurity.class, "http"));
	}

	@Test
	void builderInsideProxiesOfTheAppIsConfigured() {
		List<ServerHttpSecurity> configured = new ArrayList<>();
		ServerHttpSecurity http = ServerHttpSecurity.http();
		Object proxy = new ServerSecurityHook((builder, initial) -> configured.add(builder))
			.postProcessAfterInitialization(proxy(proxy(http)), "http");
		((ServerHttpSecurity) proxy).build();
		assertThat(configured).singleElement().isSameAs(http);
	}

	private static Object proxy(Object target) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		return factory.getProxy();
	}

	@Configuration(proxyBeanMethods = false)
	static class Statements {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated());
			http.csrf((csrf) -> csrf.disable().cors(Customizer.withDefaults()));
			http.oauth2Login((login) -> login.loginPage("/welcome"));
			return http.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBuilder {

		@Bean
		@Scope("prototype")
		Builder builder() {
			return new Builder();
		}

		@Bean
		SecurityWebFilterChain chain(Builder builder, ApplicationContext context) {
			return builder.withContext(context).oauth2Login(Customizer.withDefaults()).build();
		}

	}

	static class Builder extends ServerHttpSecurity {

		ServerHttpSecurity withContext(ApplicationContext context) {
			setApplicationContext(context);
			return this;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoBean {

		@Bean
		SecurityWebFilterChain chain(ReactiveClientRegistrationRepository registrations) {
			return ServerHttpSecurity.http()
				.oauth2Login((login) -> login.clientRegistrationRepository(registrations)
					.authorizedClientRepository(new WebSessionServerOAuth2AuthorizedClientRepository())
					.authenticationManager((authentication) -> Mono.empty()))
				.build();
		}

	}

}
