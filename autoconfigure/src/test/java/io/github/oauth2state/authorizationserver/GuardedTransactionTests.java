package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a transactional service is guarded and stays transactional.
 */
@ExtendWith(OutputCaptureExtension.class)
class GuardedTransactionTests extends AuthorizationServiceGuardFixture {

	@Test
	void transactionalServiceIsGuardedAndStaysTransactional() {
		Transacted service = startWith(Transacted.class, Database.class, Transactions.class);
		assertGuarded(service);
		assertThat(service.isInTransaction()).isTrue();
		assertThat(service.savedInTransaction()).isTrue();
	}

	@Test
	void transactionalServiceBehindItsInterfaceIsGuarded() {
		start(Database.class, InterfaceTransactions.class, Transacted.class);
		OAuth2AuthorizationService service = this.context.getBean(OAuth2AuthorizationService.class);
		assertThat(AopUtils.isJdkDynamicProxy(service)).isTrue();
		assertGuarded(service);
	}

	@Test
	void noBeanIsCreatedTooEarlyForOtherPostProcessors(CapturedOutput output) {
		start(Database.class, Transactions.class, Transacted.class);
		assertThat(output).doesNotContain("not eligible for getting processed");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class InterfaceTransactions {

	}

	static class Transacted extends TestService {

		private boolean savedInTransaction;

		@Override
		@Transactional
		public void save(OAuth2Authorization authorization) {
			this.savedInTransaction = isInTransaction();
			super.save(authorization);
		}

		@Transactional
		boolean isInTransaction() {
			return TransactionSynchronizationManager.isActualTransactionActive();
		}

		boolean savedInTransaction() {
			return this.savedInTransaction;
		}

	}

}
