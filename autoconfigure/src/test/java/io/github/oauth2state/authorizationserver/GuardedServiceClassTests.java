package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a service of any class is guarded and can still be injected by its class,
 * and that a class that cannot be extended is guarded where the server gets it.
 */
class GuardedServiceClassTests extends AuthorizationServiceGuardFixture {

	@Test
	void serverServiceIsInjectedByItsClass() {
		JdbcOAuth2AuthorizationService service = start(Database.class, OfTheServer.class)
			.getBean(JdbcOAuth2AuthorizationService.class);
		assertGuarded(service);
		assertThat(AopUtils.isCglibProxy(service)).isTrue();
	}

	@Test
	void subclassIsInjectedByItsClassAndItsMethodsReachTheBean() {
		Audited service = startWith(Audited.class, Database.class);
		assertGuarded(service);
		assertThat(service.audit()).isEqualTo("2 saves");
	}

	/**
	 * It is not public, and a proxy runs none of its constructors.
	 */
	@Test
	void ownClassIsInjectedByItsClassAndItsMethodsReachTheBean() {
		TestService service = startWith(TestService.class);
		assertGuarded(service);
		assertThat(service.count()).isEqualTo(2);
		assertThat(service.saved).as("A field of the proxy").isNull();
	}

	@Test
	void covariantReturnTypeIsNoObstacle() {
		assertGuarded(startWith(Covariant.class));
	}

	@Test
	void finalClassIsLeftAloneAndGuardedWhereTheServerGetsIt() {
		InMemoryOAuth2AuthorizationService service = startWith(InMemoryOAuth2AuthorizationService.class);
		assertThat(AopUtils.isAopProxy(service)).isFalse();
		OAuth2AuthorizationService decorated = guard().decorate(service);
		assertGuarded(decorated);
		assertThat(guard().decorate(decorated)).isSameAs(decorated);
	}

	@Test
	void recordIsLeftAloneAndGuardedWhereTheServerGetsIt() {
		Plain service = start(OfARecord.class).getBean(Plain.class);
		assertThat(AopUtils.isAopProxy(service)).isFalse();
		assertGuarded(guard().decorate(service));
	}

	@Test
	void classWithAFinalMethodOfTheContractIsLeftAlone() {
		FinalSave service = startWith(FinalSave.class);
		assertThat(AopUtils.isAopProxy(service)).isFalse();
		service.save(TestCodes.withCode());
		assertGuarded(guard().decorate(service));
	}

	@Test
	void classWithAnyFinalMethodIsLeftAlone() {
		FinalOther service = startWith(FinalOther.class);
		service.save(TestCodes.withCode());
		assertThat(service.name()).isEqualTo("name");
		assertGuarded(guard().decorate(service));
	}

	@Configuration(proxyBeanMethods = false)
	static class OfTheServer {

		@Bean
		JdbcOAuth2AuthorizationService service(JdbcTemplate jdbc) {
			return new JdbcOAuth2AuthorizationService(jdbc, new InMemoryRegisteredClientRepository(TestCodes.SHOP));
		}

	}

	static class Audited extends JdbcOAuth2AuthorizationService {

		private int saves;

		Audited(JdbcTemplate jdbc) {
			super(jdbc, new InMemoryRegisteredClientRepository(TestCodes.SHOP));
		}

		@Override
		public void save(OAuth2Authorization authorization) {
			this.saves++;
			super.save(authorization);
		}

		String audit() {
			return this.saves + " saves";
		}

	}

	interface Typed<T> extends OAuth2AuthorizationService {

		T self();

	}

	static class Covariant extends TestService implements Typed<Covariant> {

		@Override
		public Covariant self() {
			return this;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfARecord {

		@Bean
		Plain service() {
			return new Plain(new InMemoryOAuth2AuthorizationService());
		}

	}

	record Plain(OAuth2AuthorizationService delegate) implements OAuth2AuthorizationService {

		@Override
		public void save(OAuth2Authorization authorization) {
			this.delegate.save(authorization);
		}

		@Override
		public void remove(OAuth2Authorization authorization) {
			this.delegate.remove(authorization);
		}

		@Override
		public OAuth2Authorization findById(String id) {
			return this.delegate.findById(id);
		}

		@Override
		public OAuth2Authorization findByToken(String token, OAuth2TokenType tokenType) {
			return this.delegate.findByToken(token, tokenType);
		}

	}

	static class FinalSave extends TestService {

		@Override
		public final void save(OAuth2Authorization authorization) {
			super.save(authorization);
		}

	}

	static class FinalOther extends TestService {

		private final String name = new String("name");

		final String name() {
			return this.name;
		}

	}

}
