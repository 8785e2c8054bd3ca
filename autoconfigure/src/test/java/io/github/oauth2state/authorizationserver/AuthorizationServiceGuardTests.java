package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.function.SingletonSupplier;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link AuthorizationServiceGuard}: services of every kind stay what they are,
 * and are guarded.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuthorizationServiceGuardTests {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	@AfterEach
	void close() {
		this.context.close();
	}

	private AnnotationConfigApplicationContext start(Class<?>... app) {
		this.context.register(Guarded.class);
		if (app.length > 0) {
			this.context.register(app);
		}
		this.context.refresh();
		return this.context;
	}

	@Test
	void serverServiceIsInjectedByItsClass() {
		JdbcOAuth2AuthorizationService service = start(Database.class, OfTheServer.class)
			.getBean(JdbcOAuth2AuthorizationService.class);
		assertGuarded(service);
		assertThat(AopUtils.isCglibProxy(service)).isTrue();
	}

	@Test
	void subclassIsInjectedByItsClassAndItsMethodsReachTheBean() {
		Audited service = start(Database.class, OfASubclass.class).getBean(Audited.class);
		assertGuarded(service);
		assertThat(service.audit()).isEqualTo("2 saves");
	}

	/**
	 * It has no constructor that a proxy could call, and is not public.
	 */
	@Test
	void ownClassIsInjectedByItsClassAndItsMethodsReachTheBean() {
		TestService service = start(OfAnOwnClass.class).getBean(TestService.class);
		assertGuarded(service);
		assertThat(service.count()).isEqualTo(2);
		assertThat(service.saved).as("A field of the proxy").isNull();
	}

	@Test
	void exceptionsComeAsTheyAre() {
		TestService service = start(OfAnOwnClass.class).getBean(TestService.class);
		target(service).failure = new IllegalStateException("Database");
		assertThatIllegalStateException().isThrownBy(() -> service.save(TestCodes.withCode())).withMessage("Database");
	}

	@Test
	void nullIsLeftToTheBean() {
		TestService service = start(OfAnOwnClass.class).getBean(TestService.class);
		assertThatIllegalArgumentException().isThrownBy(() -> service.save(null))
			.withMessage("authorization cannot be null");
	}

	@Test
	void covariantReturnTypeIsNoObstacle() {
		assertGuarded(start(OfACovariantClass.class).getBean(Covariant.class));
	}

	@Test
	void finalClassIsLeftAloneAndGuardedWhereTheServerGetsIt() {
		InMemoryOAuth2AuthorizationService service = start(OfTheMemory.class)
			.getBean(InMemoryOAuth2AuthorizationService.class);
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
		FinalSave service = start(OfAFinalSave.class).getBean(FinalSave.class);
		assertThat(AopUtils.isAopProxy(service)).isFalse();
		service.save(TestCodes.withCode());
		assertGuarded(guard().decorate(service));
	}

	@Test
	void classWithAnyFinalMethodIsLeftAlone() {
		FinalOther service = start(OfAFinalOther.class).getBean(FinalOther.class);
		service.save(TestCodes.withCode());
		assertThat(service.name()).isEqualTo("name");
		assertGuarded(guard().decorate(service));
	}

	@Test
	void transactionalServiceIsGuardedAndStaysTransactional() {
		Transacted service = start(Database.class, Transactions.class, OfTransactions.class).getBean(Transacted.class);
		assertGuarded(service);
		assertThat(service.isInTransaction()).isTrue();
		assertThat(service.savedInTransaction()).isTrue();
	}

	@Test
	void transactionalServiceBehindItsInterfaceIsGuarded() {
		start(Database.class, InterfaceTransactions.class, OfTransactions.class);
		OAuth2AuthorizationService service = this.context.getBean(OAuth2AuthorizationService.class);
		assertThat(AopUtils.isJdkDynamicProxy(service)).isTrue();
		assertGuarded(service);
	}

	@Test
	void guardedServiceIsNotGuardedAgain() {
		OAuth2AuthorizationService service = start(OfAnOwnClass.class).getBean(TestService.class);
		assertThat(guard().decorate(service)).isSameAs(service);
		assertThat(guard().postProcessAfterInitialization(service, "again")).isSameAs(service);
	}

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
		assertGuarded(start(OfAnOwnClass.class).getBean(TestService.class));
	}

	@Test
	void circularReferenceGetsTheGuardedService() {
		this.context.setAllowCircularReferences(true);
		start(OfACircle.class);
		assertGuarded(this.context.getBean(Circle.class));
		assertGuarded(this.context.getBean(Companion.class).service);
		assertThat(this.context.getBean(Companion.class).service).isSameAs(this.context.getBean(Circle.class));
	}

	@Test
	void circularReferenceToATransactionalServiceGetsTheGuardedService() {
		this.context.setAllowCircularReferences(true);
		start(Database.class, Transactions.class, OfACircle.class);
		assertGuarded(this.context.getBean(Circle.class));
		assertThat(this.context.getBean(Companion.class).service).isSameAs(this.context.getBean(Circle.class));
	}

	@Test
	void serviceAroundAnotherTellsEachEventOnce() {
		start(OfTwo.class);
		OAuth2AuthorizationService outer = this.context.getBean(OAuth2AuthorizationService.class);
		OAuth2Authorization issued = TestCodes.withCode();
		outer.save(issued);
		assertEvents(CodeOutcome.ISSUED);
		OAuth2Authorization found = find(outer, issued);
		TestCodes.as(TestCodes.SHOP, () -> outer.save(TestCodes.redeemed(found)));
		assertEvents(CodeOutcome.ISSUED, CodeOutcome.REDEEMED, CodeOutcome.ISSUED);
		assertThat(this.context.getBean(CodeStore.class).takeCommands()).containsExactly("putIfAbsent");
		assertGuarded(this.context.getBean("inner", OAuth2AuthorizationService.class));
	}

	@Test
	void serviceThatTheAppMadeAroundABeanTellsEachEventOnce() {
		start(OfAnOwnClass.class);
		OAuth2AuthorizationService outer = guard().decorate(new TestService(this.context.getBean(TestService.class)));
		outer.save(TestCodes.withCode());
		assertEvents(CodeOutcome.ISSUED);
	}

	@Test
	void listenerMayNeedTheService() {
		start(OfAnOwnClass.class, Looking.class);
		OAuth2Authorization issued = TestCodes.withCode();
		this.context.getBean(TestService.class).save(issued);
		assertThat(this.context.getBean(Looking.class).found).hasValue(issued);
	}

	@Test
	void childUsesTheGuardedServiceOfItsParent() {
		start(OfAnOwnClass.class);
		try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
			child.setParent(this.context);
			child.register(Guarded.class);
			child.refresh();
			TestService service = child.getBean(TestService.class);
			assertThat(service).isSameAs(this.context.getBean(TestService.class));
			assertThat(child.getBean(AuthorizationServiceGuard.class).decorate(service)).isSameAs(service);
		}
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

	@Test
	void noBeanIsCreatedTooEarlyForOtherPostProcessors(CapturedOutput output) {
		start(Database.class, Transactions.class, OfTransactions.class);
		assertThat(output).doesNotContain("not eligible for getting processed");
	}

	private AuthorizationServiceGuard guard() {
		return this.context.getBean(AuthorizationServiceGuard.class);
	}

	private static OAuth2Authorization find(OAuth2AuthorizationService service, OAuth2Authorization issued) {
		return service.findByToken(TestCodes.code(issued).getTokenValue(), TestCodes.CODE);
	}

	/**
	 * Saves a code, which two requests find at the same time.
	 */
	private static void assertGuarded(OAuth2AuthorizationService service) {
		OAuth2Authorization issued = TestCodes.withCode();
		service.save(issued);
		OAuth2Authorization first = find(service, issued);
		OAuth2Authorization second = find(service, issued);
		TestCodes.as(TestCodes.SHOP, () -> service.save(TestCodes.redeemed(first)));
		assertThatExceptionOfType(OAuth2AuthenticationException.class)
			.isThrownBy(() -> TestCodes.as(TestCodes.SHOP, () -> service.save(TestCodes.redeemed(second))));
		assertThat(service.findById(issued.getId()).getAttributes()).doesNotContainKey(CodeUse.class.getName());
	}

	private static TestService target(TestService service) {
		return (TestService) AopTestUtils.getUltimateTargetObject(service);
	}

	private void assertEvents(CodeOutcome... expected) {
		assertThat(this.context.getBean(Guarded.class).events).extracting(CodeEvent::outcome).containsExactly(expected);
	}

	@Configuration(proxyBeanMethods = false)
	static class Guarded {

		final List<CodeEvent> events = new ArrayList<>();

		@Bean
		static CodeStore store() {
			return new CodeStore();
		}

		@Bean
		CodeListener recording() {
			return this.events::add;
		}

		@Bean
		static AuthorizationServiceGuard guard(ObjectProvider<CodeStore> store,
				ObjectProvider<CodeListener> listeners) {
			return new AuthorizationServiceGuard(SingletonSupplier
				.of(() -> new SingleUse(new CodeLedger(store.getObject(), "shop", Duration.ofDays(30)),
						new CodeEventPublisher(() -> listeners.orderedStream().toList()), false, Duration.ZERO)));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Database {

		@Bean
		DataSource dataSource() {
			return new EmbeddedDatabaseBuilder().generateUniqueName(true)
				.setType(EmbeddedDatabaseType.H2)
				.addScript("org/springframework/security/oauth2/server/authorization/oauth2-authorization-schema.sql")
				.build();
		}

		@Bean
		JdbcTemplate jdbc(DataSource dataSource) {
			return new JdbcTemplate(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Transactions {

		@Bean
		PlatformTransactionManager transactions(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class InterfaceTransactions {

		@Bean
		PlatformTransactionManager transactions(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfTheServer {

		@Bean
		JdbcOAuth2AuthorizationService service(JdbcTemplate jdbc) {
			return new JdbcOAuth2AuthorizationService(jdbc, new InMemoryRegisteredClientRepository(TestCodes.SHOP));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfASubclass {

		@Bean
		Audited service(JdbcTemplate jdbc) {
			return new Audited(jdbc);
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

	@Configuration(proxyBeanMethods = false)
	static class OfAnOwnClass {

		@Bean
		TestService service() {
			return new TestService(new InMemoryOAuth2AuthorizationService());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfACovariantClass {

		@Bean
		Covariant service() {
			return new Covariant();
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
	static class OfTheMemory {

		@Bean
		InMemoryOAuth2AuthorizationService service() {
			return new InMemoryOAuth2AuthorizationService();
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

	@Configuration(proxyBeanMethods = false)
	static class OfAFinalSave {

		@Bean
		FinalSave service() {
			return new FinalSave();
		}

	}

	static class FinalSave extends TestService {

		@Override
		public final void save(OAuth2Authorization authorization) {
			super.save(authorization);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfAFinalOther {

		@Bean
		FinalOther service() {
			return new FinalOther();
		}

	}

	static class FinalOther extends TestService {

		private final String name = new String("name");

		final String name() {
			return this.name;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfTransactions {

		@Bean
		Transacted service() {
			return new Transacted();
		}

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

	@Configuration(proxyBeanMethods = false)
	static class OfACircle {

		@Bean
		Circle circle() {
			return new Circle();
		}

		@Bean
		Companion companion() {
			return new Companion();
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
