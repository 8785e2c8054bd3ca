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
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.util.ClassUtils;
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
		return isDecorated(service) ? service : proxy(service, false);
	}

	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		if (bean instanceof OAuth2AuthorizationService) {
			this.earlyReferences.put(beanName, target(bean));
		}
		return extend(bean);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		boolean referenced = bean instanceof OAuth2AuthorizationService
				&& this.earlyReferences.remove(beanName) == target(bean);
		return referenced ? bean : extend(bean);
	}

	/**
	 * Another post-processor gives its proxy as the early reference, and later the bean.
	 */
	private static Object target(Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return (target != null) ? target(target) : bean;
	}

	private Object extend(Object bean) {
		if (!(bean instanceof OAuth2AuthorizationService service) || isDecorated(service)) {
			return bean;
		}
		if (Proxy.isProxyClass(bean.getClass())) {
			return proxy(service, false);
		}
		if (!canBeExtended(ClassUtils.getUserClass(bean))) {
			return bean;
		}
		try {
			return proxy(service, true);
		}
		catch (AopConfigException ex) {
			logger.debug("Cannot extend " + bean.getClass().getName(), ex);
			return bean;
		}
	}

	private OAuth2AuthorizationService proxy(OAuth2AuthorizationService service, boolean extend) {
		OAuth2AuthorizationService decorated = this.singleUse.get().decorate(service);
		if (decorated == service) {
			return service;
		}
		ProxyFactory factory = new ProxyFactory(service);
		factory.setProxyTargetClass(extend);
		// Not validated: it would warn of the final methods that configure the service
		factory.setOptimize(extend);
		factory.addAdvice(new Interceptor(decorated));
		return (OAuth2AuthorizationService) factory.getProxy(service.getClass().getClassLoader());
	}

	/**
	 * Final methods would run on the proxy, which has none of the bean's fields. Those of
	 * the server's own service only configure it, before it becomes a bean.
	 */
	private static boolean canBeExtended(Class<?> type) {
		return !Modifier.isFinal(type.getModifiers()) && Arrays.stream(ReflectionUtils.getAllDeclaredMethods(type))
			.noneMatch(AuthorizationServiceGuard::isLost);
	}

	private static boolean isLost(Method method) {
		int modifiers = method.getModifiers();
		return Modifier.isFinal(modifiers) && !Modifier.isPrivate(modifiers) && !Modifier.isStatic(modifiers)
				&& method.getDeclaringClass() != Object.class
				&& method.getDeclaringClass() != JdbcOAuth2AuthorizationService.class;
	}

	private static boolean isDecorated(OAuth2AuthorizationService service) {
		return service instanceof Advised advised && Arrays.stream(advised.getAdvisors())
			.anyMatch((advisor) -> advisor.getAdvice() instanceof Interceptor);
	}

	/**
	 * Runs something that may use a service from a call of the same service: code of the
	 * app that is told of it.
	 */
	static void outside(Runnable work) {
		Boolean inside = Interceptor.INSIDE.get();
		Interceptor.INSIDE.remove();
		try {
			work.run();
		}
		finally {
			if (inside != null) {
				Interceptor.INSIDE.set(inside);
			}
		}
	}

	/**
	 * Sends the calls of the contract to the decorated service, and all others to the
	 * bean.
	 */
	private static final class Interceptor implements MethodInterceptor {

		/**
		 * A service may call another one that is decorated too. One of them guards the
		 * code, and tells what happens to it.
		 */
		private static final ThreadLocal<Boolean> INSIDE = new ThreadLocal<>();

		private final OAuth2AuthorizationService decorated;

		Interceptor(OAuth2AuthorizationService decorated) {
			this.decorated = decorated;
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			Method called = invocation.getMethod();
			Method contract = ReflectionUtils.findMethod(OAuth2AuthorizationService.class, called.getName(),
					called.getParameterTypes());
			// Null is against the contract, and the bean says so
			if (contract == null || invocation.getArguments()[0] == null || INSIDE.get() != null) {
				return invocation.proceed();
			}
			INSIDE.set(true);
			try {
				return AopUtils.invokeJoinpointUsingReflection(this.decorated, contract, invocation.getArguments());
			}
			finally {
				INSIDE.remove();
			}
		}

	}

}
