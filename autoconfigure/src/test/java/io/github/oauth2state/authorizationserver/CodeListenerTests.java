package io.github.oauth2state.authorizationserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CodeListener} beans.
 */
class CodeListenerTests {

	private final WebApplicationContextRunner app = new WebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(OAuth2StateAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
						StateStoreAutoConfiguration.class, AuthorizationServerAutoConfiguration.class))
		.withPropertyValues("oauth2-state.store=memory");

	@Test
	void listenersAreToldInTheirOrderThoughTheyDependOnTheService() {
		this.app.withUserConfiguration(Provider.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(OAuth2AuthorizationService.class).save(pushedRequest());
			assertThat(context.getBean(Provider.class).told).containsExactly("first knows id-1", "second failed",
					"third knows id-1");
		});
	}

	private static OAuth2Authorization pushedRequest() {
		RegisteredClient client = RegisteredClient.withId("id-client")
			.clientId("client")
			.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
			.build();
		return OAuth2Authorization.withRegisteredClient(client)
			.id("id-1")
			.principalName("client")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.attribute(OAuth2ParameterNames.STATE, "a state")
			.build();
	}

	@Configuration(proxyBeanMethods = false)
	static class Provider {

		private final List<String> told = new ArrayList<>();

		@Bean
		OAuth2AuthorizationService authorizations() {
			return new Authorizations();
		}

		@Bean
		@Order(3)
		CodeListener third(OAuth2AuthorizationService authorizations) {
			return (event) -> tell("third", event, authorizations);
		}

		@Bean
		@Order(1)
		CodeListener first(ObjectProvider<OAuth2AuthorizationService> authorizations) {
			return (event) -> tell("first", event, authorizations.getObject());
		}

		@Bean
		@Order(2)
		CodeListener second() {
			return (event) -> {
				this.told.add("second failed");
				throw new IllegalStateException("planted");
			};
		}

		private void tell(String listener, CodeEvent event, OAuth2AuthorizationService authorizations) {
			assertThat(event)
				.isEqualTo(new CodeEvent(CodeOutcome.ISSUED, CodeType.PUSHED_REQUEST, "id-client", "id-1"));
			OAuth2Authorization known = authorizations.findById(event.authorizationId());
			this.told.add(listener + " knows " + known.getId());
		}

	}

	/**
	 * Not a final class, as the server's own one in memory is.
	 */
	static class Authorizations implements OAuth2AuthorizationService {

		private final Map<String, OAuth2Authorization> byId = new ConcurrentHashMap<>();

		@Override
		public void save(OAuth2Authorization authorization) {
			this.byId.put(authorization.getId(), authorization);
		}

		@Override
		public void remove(OAuth2Authorization authorization) {
			this.byId.remove(authorization.getId());
		}

		@Override
		public @Nullable OAuth2Authorization findById(String id) {
			return this.byId.get(id);
		}

		@Override
		public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
			return null;
		}

	}

}
