package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SingleUseConfigurer}: the server gets a guarded service, wherever it
 * comes from.
 */
@ExtendWith(OutputCaptureExtension.class)
class SingleUseConfigurerTests {

	private static final String IN_MEMORY = "The authorization server keeps its authorizations in the memory";

	private static final TestService SET = new TestService();

	@ParameterizedTest
	@ValueSource(classes = { TestProvider.Server.class, WithConfigurer.class, SetOnTheServer.class, SetOnTheHttp.class,
			ManyChains.class, WithOwnCustomizer.class })
	void codeIsClaimed(Class<?> server) {
		run(server, (context) -> assertSingleUse(context, new TestProvider(context)));
	}

	@ParameterizedTest
	@ValueSource(classes = { TestService.class, OpenService.class, InMemoryOAuth2AuthorizationService.class })
	void codeOfABeanIsClaimed(Class<? extends OAuth2AuthorizationService> service) {
		TestProvider.APP.withUserConfiguration(TestProvider.Server.class)
			.withBean(service)
			.withBean(CodeStore.class)
			.run((context) -> assertSingleUse(context, new TestProvider(context)));
	}

	@Test
	void serviceThatIsNoBeanIsUsed() {
		run(SetOnTheServer.class, (context) -> {
			int before = SET.count();
			new TestProvider(context).code("plain");
			assertThat(SET.count()).isEqualTo(before + 1);
		});
	}

	@Test
	void serverWithoutAServiceIsToldThatItIsAlone(CapturedOutput output) {
		run(TestProvider.Server.class, (context) -> assertThat(output).containsOnlyOnce(IN_MEMORY));
	}

	@Test
	void serverWithAServiceIsNotWarned(CapturedOutput output) {
		run(SetOnTheServer.class, (context) -> assertThat(output).doesNotContain(IN_MEMORY));
	}

	/**
	 * As the server does that cannot tell which one to use.
	 */
	@Test
	void serverWithTwoBeansUsesItsOwnService(CapturedOutput output) {
		TestProvider.APP.withUserConfiguration(TestProvider.Server.class, TwoServices.class)
			.withBean(CodeStore.class)
			.run((context) -> {
				assertSingleUse(context, new TestProvider(context));
				assertThat(output).contains(IN_MEMORY);
				assertThat(context.getBeansOfType(TestService.class).values())
					.allSatisfy((service) -> assertThat(service.count()).isZero());
			});
	}

	@Test
	void chainWithoutAServerIsLeftAlone(CapturedOutput output) {
		TestProvider.APP.withUserConfiguration(NoServer.class).withBean(CodeStore.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(NoServer.class).http.getSharedObject(OAuth2AuthorizationService.class)).isNull();
			assertThat(output).doesNotContain("uthorization server");
		});
	}

	@Test
	void beanOfTheAppIsUsedAsItIs() {
		TestProvider.APP.withUserConfiguration(TestProvider.Server.class)
			.withBean(InMemoryOAuth2AuthorizationService.class)
			.withBean(CodeStore.class)
			.run((context) -> {
				InMemoryOAuth2AuthorizationService bean = context.getBean(InMemoryOAuth2AuthorizationService.class);
				assertThat(AopUtils.isAopProxy(bean)).isFalse();
				String code = new TestProvider(context).code("plain");
				assertThat(bean.findByToken(code, TestCodes.CODE)).isNotNull();
			});
	}

	private static void run(Class<?> server, ContextConsumer<AssertableWebApplicationContext> test) {
		TestProvider.APP.withUserConfiguration(server).withBean(CodeStore.class).run(test);
	}

	private static void assertSingleUse(ApplicationContext context, TestProvider provider) {
		CodeStore store = context.getBean(CodeStore.class);
		String code = provider.code("plain");
		assertThat(store.takeCommands()).isEmpty();
		assertThat(provider.redeem("plain", code).getStatus()).isEqualTo(200);
		assertThat(store.takeCommands()).containsExactly("putIfAbsent");
		assertThat(provider.redeem("plain", code).getStatus()).isEqualTo(400);
	}

	static class OpenService extends TestService {

	}

	@Configuration(proxyBeanMethods = false)
	static class WithConfigurer extends TestProvider.Clients {

		@Bean
		SecurityFilterChain server(HttpSecurity http) {
			return TestProvider.rest(http.with(new OAuth2AuthorizationServerConfigurer(), Customizer.withDefaults()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SetOnTheServer extends TestProvider.Clients {

		@Bean
		SecurityFilterChain server(HttpSecurity http) {
			return TestProvider.rest(http.oauth2AuthorizationServer((server) -> server.authorizationService(SET)));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SetOnTheHttp extends TestProvider.Clients {

		@Bean
		SecurityFilterChain server(HttpSecurity http) {
			http.setSharedObject(OAuth2AuthorizationService.class, SET);
			return TestProvider.rest(http.oauth2AuthorizationServer(Customizer.withDefaults()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ManyChains extends TestProvider.Clients {

		@Bean
		@Order(1)
		SecurityFilterChain pages(HttpSecurity http) {
			return http.securityMatcher("/pages/**").build();
		}

		@Bean
		@Order(2)
		SecurityFilterChain server(HttpSecurity http) {
			return TestProvider
				.rest(http.securityMatcher("/oauth2/**").oauth2AuthorizationServer(Customizer.withDefaults()));
		}

		@Bean
		@Order(3)
		SecurityFilterChain rest(HttpSecurity http) {
			return http.formLogin(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithOwnCustomizer extends TestProvider.Server {

		@Bean
		@Order(Integer.MIN_VALUE)
		Customizer<HttpSecurity> first() {
			return (http) -> http.headers((headers) -> headers.disable());
		}

		@Bean
		Customizer<HttpSecurity> last() {
			return (http) -> http.requestCache((cache) -> cache.disable());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoServices {

		@Bean
		TestService first() {
			return new TestService();
		}

		@Bean
		TestService second() {
			return new TestService();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	static class NoServer {

		HttpSecurity http;

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			this.http = http;
			http.formLogin(Customizer.withDefaults());
			return http.build();
		}

	}

}
