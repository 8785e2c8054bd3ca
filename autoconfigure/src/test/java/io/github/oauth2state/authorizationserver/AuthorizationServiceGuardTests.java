package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link AuthorizationServiceGuard}: what it leaves alone, and that a call is
 * guarded once.
 */
class AuthorizationServiceGuardTests extends AuthorizationServiceGuardFixture {

	@Test
	void exceptionsComeAsTheyAre() {
		TestService service = startWith(TestService.class);
		target(service).failure = new IllegalStateException("Database");
		assertThatIllegalStateException().isThrownBy(() -> service.save(TestCodes.withCode())).withMessage("Database");
	}

	@Test
	void nullIsLeftToTheBean() {
		TestService service = startWith(TestService.class);
		assertThatIllegalArgumentException().isThrownBy(() -> service.save(null))
			.withMessage("authorization cannot be null");
	}

	@Test
	void guardedServiceIsNotGuardedAgain() {
		OAuth2AuthorizationService service = startWith(TestService.class);
		assertThat(guard().decorate(service)).isSameAs(service);
		assertThat(guard().postProcessAfterInitialization(service, "again")).isSameAs(service);
	}

	@Test
	void serviceAroundAnotherTellsEachEventOnce() {
		start(OfTwo.class);
		OAuth2AuthorizationService outer = this.context.getBean(OAuth2AuthorizationService.class);
		OAuth2Authorization issued = TestCodes.withCode();
		outer.save(issued);
		assertEvents(CodeOutcome.ISSUED);
		OAuth2Authorization found = TestCodes.find(outer, issued);
		TestCodes.as(TestCodes.SHOP, () -> outer.save(TestCodes.redeemed(found)));
		assertEvents(CodeOutcome.ISSUED, CodeOutcome.REDEEMED, CodeOutcome.ISSUED);
		assertThat(this.context.getBean(CodeStore.class).takeCommands()).containsExactly("putIfAbsent");
		assertGuarded(this.context.getBean("inner", OAuth2AuthorizationService.class));
	}

	@Test
	void serviceThatTheAppMadeAroundABeanTellsEachEventOnce() {
		start(TestService.class);
		OAuth2AuthorizationService outer = guard().decorate(new TestService(this.context.getBean(TestService.class)));
		outer.save(TestCodes.withCode());
		assertEvents(CodeOutcome.ISSUED);
	}

	@Test
	void listenerMayNeedTheService() {
		start(TestService.class, Looking.class);
		OAuth2Authorization issued = TestCodes.withCode();
		this.context.getBean(TestService.class).save(issued);
		assertThat(this.context.getBean(Looking.class).found).hasValue(issued);
	}

	@Test
	void otherBeansAreLeftAlone() {
		String bean = "bean";
		assertThat(start().getBean(AuthorizationServiceGuard.class).postProcessAfterInitialization(bean, "name"))
			.isSameAs(bean);
		assertThat(guard().getEarlyBeanReference(bean, "name")).isSameAs(bean);
	}

	@Test
	void serviceStaysAsItIsWhereCodesCannotBeGuarded() {
		SingleUse withoutStore = new SingleUse(null, new CodeEventPublisher(List::of), false, Duration.ZERO);
		AuthorizationServiceGuard guard = new AuthorizationServiceGuard(() -> withoutStore);
		TestService service = new TestService();
		assertThat(guard.postProcessAfterInitialization(service, "service")).isSameAs(service);
		assertThat(guard.decorate(service)).isSameAs(service);
	}

	@Configuration(proxyBeanMethods = false)
	static class OfTwo {

		@Bean
		TestService inner() {
			return new TestService();
		}

		@Bean
		@Primary
		TestService outer(TestService inner) {
			return new TestService(inner);
		}

	}

	static class Looking implements CodeListener {

		final AtomicReference<OAuth2Authorization> found = new AtomicReference<>();

		private final OAuth2AuthorizationService service;

		Looking(OAuth2AuthorizationService service) {
			this.service = service;
		}

		@Override
		public void onCodeEvent(CodeEvent event) {
			this.found.set(this.service.findById(event.authorizationId()));
		}

	}

}
