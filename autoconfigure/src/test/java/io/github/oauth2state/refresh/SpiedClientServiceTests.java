package io.github.oauth2state.refresh;

import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.InMemoryReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.TokenRefreshStrategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willReturn;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests that an app can spy in its own tests on the service where its tokens are kept.
 */
@SpringJUnitConfig(SpiedClientServiceTests.App.class)
class SpiedClientServiceTests {

	@MockitoSpyBean
	private OAuth2AuthorizedClientService spy;

	@MockitoSpyBean
	private ReactiveOAuth2AuthorizedClientService reactiveSpy;

	@Autowired
	private OAuth2AuthorizedClientService service;

	@Autowired
	private ReactiveOAuth2AuthorizedClientService reactiveService;

	@Test
	void callsAreVerified() {
		assertThat(AopUtils.isAopProxy(this.service)).as("wrapped").isTrue();
		this.service.removeAuthorizedClient("idp", "alice");
		then(this.spy).should().removeAuthorizedClient("idp", "alice");
		willReturn(Mono.empty()).given(this.reactiveSpy).removeAuthorizedClient("idp", "alice");
		assertThat(AopUtils.isAopProxy(this.reactiveService)).as("wrapped").isTrue();
		this.reactiveService.removeAuthorizedClient("idp", "alice").block();
		then(this.reactiveSpy).should().removeAuthorizedClient("idp", "alice");
	}

	@Test
	void callsAreStubbed() {
		willThrow(new IllegalStateException("Database")).given(this.spy).removeAuthorizedClient("idp", "bob");
		assertThatIllegalStateException().isThrownBy(() -> this.service.removeAuthorizedClient("idp", "bob"));
		willThrow(new IllegalStateException("Database")).given(this.reactiveSpy).removeAuthorizedClient("idp", "bob");
		assertThatIllegalStateException().isThrownBy(() -> this.reactiveService.removeAuthorizedClient("idp", "bob"));
	}

	@Test
	void serviceBehindTheProxyIsKnown() {
		assertThat(RemovalWatcher.unwrap(this.service)).isInstanceOf(InMemoryOAuth2AuthorizedClientService.class);
		assertThat(RemovalWatcher.unwrap(this.reactiveService))
			.isInstanceOf(InMemoryReactiveOAuth2AuthorizedClientService.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class App {

		@Bean
		OAuth2AuthorizedClientService clients() {
			return new InMemoryOAuth2AuthorizedClientService(mock(ClientRegistrationRepository.class));
		}

		@Bean
		ReactiveOAuth2AuthorizedClientService reactiveClients() {
			return new InMemoryReactiveOAuth2AuthorizedClientService(mock(ReactiveClientRegistrationRepository.class));
		}

		@Bean
		static RemovalWatcher watcher() {
			return new RemovalWatcher(() -> mock(TokenRefreshStrategy.class), () -> null);
		}

		@Bean
		static ReactiveRemovalWatcher reactiveWatcher() {
			return new ReactiveRemovalWatcher(() -> mock(ReactiveTokenRefreshStrategy.class), () -> null);
		}

	}

}
