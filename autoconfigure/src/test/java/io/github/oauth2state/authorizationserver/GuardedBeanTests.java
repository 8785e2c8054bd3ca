package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.transaction.annotation.Transactional;

import io.github.oauth2state.CodeOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a service is guarded however the app's context makes it.
 */
class GuardedBeanTests extends AuthorizationServiceGuardFixture {

	@Test
	void productOfAFactoryBeanIsGuarded() {
		assertGuarded(start(OfAFactory.class).getBean(TestService.class));
		assertThat(this.context.getBean("&factory")).isInstanceOf(Factory.class);
	}

	@Test
	void scopedServiceIsGuarded() {
		this.context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
		assertGuarded(start(OfAScope.class).getBean(TestService.class));
		assertEvents(CodeOutcome.ISSUED, CodeOutcome.REDEEMED, CodeOutcome.ISSUED, CodeOutcome.DUPLICATE);
	}

	@Test
	void prototypesAreGuardedEachForItself() {
		start(OfPrototypes.class);
		TestService first = this.context.getBean(TestService.class);
		TestService second = this.context.getBean(TestService.class);
		assertGuarded(first);
		assertGuarded(second);
		assertThat(target(first)).isNotSameAs(target(second));
	}

	@Test
	void lazyServiceIsGuarded() {
		this.context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
		assertGuarded(startWith(TestService.class));
	}

	@Test
	void circularReferenceGetsTheGuardedService() {
		this.context.setAllowCircularReferences(true);
		start(Circle.class, Companion.class);
		assertGuarded(this.context.getBean(Circle.class));
		assertGuarded(this.context.getBean(Companion.class).service);
		assertThat(this.context.getBean(Companion.class).service).isSameAs(this.context.getBean(Circle.class));
	}

	@Test
	void circularReferenceToATransactionalServiceGetsTheGuardedService() {
		this.context.setAllowCircularReferences(true);
		start(Database.class, Transactions.class, Circle.class, Companion.class);
		assertGuarded(this.context.getBean(Circle.class));
		assertThat(this.context.getBean(Companion.class).service).isSameAs(this.context.getBean(Circle.class));
	}

	@Test
	void childUsesTheGuardedServiceOfItsParent() {
		start(TestService.class);
		try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
			child.setParent(this.context);
			child.register(Guarded.class);
			child.refresh();
			TestService service = child.getBean(TestService.class);
			assertThat(service).isSameAs(this.context.getBean(TestService.class));
			assertThat(child.getBean(AuthorizationServiceGuard.class).decorate(service)).isSameAs(service);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OfAFactory {

		@Bean
		Factory factory() {
			return new Factory();
		}

	}

	static class Factory implements FactoryBean<TestService> {

		@Override
		public TestService getObject() {
			return new TestService();
		}

		@Override
		public Class<?> getObjectType() {
			return TestService.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfAScope {

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		TestService service() {
			return new TestService();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfPrototypes {

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		TestService service() {
			return new TestService();
		}

	}

	static class Circle extends TestService {

		@Autowired
		Companion companion;

		@Override
		@Transactional
		public void save(OAuth2Authorization authorization) {
			super.save(authorization);
		}

	}

	static class Companion {

		@Autowired
		Circle service;

	}

}
