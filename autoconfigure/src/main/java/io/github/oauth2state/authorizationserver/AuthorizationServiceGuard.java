package io.github.oauth2state.authorizationserver;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.util.ReflectionUtils;

/**
 * Decorates the authorization services of the app. A bean stays what it is: the proxy
 * extends its class, so that it can be injected by it, and calls of other methods go
 * through. A class that cannot be extended is left alone here, and decorated where the
 * server gets it.
 */
final class AuthorizationServiceGuard implements SmartInstantiationAwareBeanPostProcessor {

	private static final Log logger = LogFactory.getLog(AuthorizationServiceGuard.class);

	private final Supplier<SingleUse> singleUse;

	private final Map<String, Object> earlyReferences = new ConcurrentHashMap<>();

	/**
	 * Creates a guard.
	 * @param singleUse decorates services; asked for when there is one
	 */
	AuthorizationServiceGuard(Supplier<SingleUse> singleUse) {
		this.singleUse = singleUse;
	}

	/**
	 * Decorates a service that the server gets.
	 * @param service the service
	 * @return the decorated service, or the same if it is decorated already
	 */
	OAuth2AuthorizationService decorate(OAuth2AuthorizationService service) {
		return isDecorated(service) ? service : this.singleUse.get().decorate(service);
	}

	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		if (bean instanceof OAuth2AuthorizationService) {
			this.earlyReferences.put(beanName, bean);
		}
		return proxy(bean);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		boolean referenced = bean instanceof OAuth2AuthorizationService
				&& this.earlyReferences.remove(beanName) == bean;
		return referenced ? bean : proxy(bean);
	}

	private Object proxy(Object bean) {
		if (!(bean instanceof OAuth2AuthorizationService service) || isDecorated(service)
				|| !canBeExtended(bean.getClass())) {
			return bean;
		}
		OAuth2AuthorizationService decorated = this.singleUse.get().decorate(service);
		if (decorated == service) {
			return bean;
		}
		ProxyFactory factory = new ProxyFactory(service);
		factory.setProxyTargetClass(!isJdkProxy(bean.getClass()));
		factory.addAdvice(new Interceptor(decorated));
		try {
			return factory.getProxy(bean.getClass().getClassLoader());
		}
		catch (AopConfigException ex) {
			logger.debug("Cannot extend " + bean.getClass().getName(), ex);
			return bean;
		}
	}

	private static boolean isJdkProxy(Class<?> type) {
		return Proxy.isProxyClass(type);
	}

	/**
	 * Final methods would run on the proxy, which has none of the bean's fields.
	 */
	private static boolean canBeExtended(Class<?> type) {
		return isJdkProxy(type) || (!Modifier.isFinal(type.getModifiers())
				&& Arrays.stream(OAuth2AuthorizationService.class.getMethods())
					.map((method) -> ReflectionUtils.findMethod(type, method.getName(), method.getParameterTypes()))
					.noneMatch((method) -> method != null && Modifier.isFinal(method.getModifiers())));
	}

	private static boolean isDecorated(OAuth2AuthorizationService service) {
		return service instanceof SingleUseAuthorizationService
				|| (service instanceof Advised advised && Arrays.stream(advised.getAdvisors())
					.anyMatch((advisor) -> advisor.getAdvice() instanceof Interceptor));
	}

	/**
	 * Sends the calls of the contract to the decorated service, and all others to the
	 * bean.
	 */
	private static final class Interceptor implements MethodInterceptor {

		private final OAuth2AuthorizationService decorated;

		Interceptor(OAuth2AuthorizationService decorated) {
			this.decorated = decorated;
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			Method called = invocation.getMethod();
			Method contract = ReflectionUtils.findMethod(OAuth2AuthorizationService.class, called.getName(),
					called.getParameterTypes());
			return (contract != null)
					? AopUtils.invokeJoinpointUsingReflection(this.decorated, contract, invocation.getArguments())
					: invocation.proceed();
		}

	}

}
