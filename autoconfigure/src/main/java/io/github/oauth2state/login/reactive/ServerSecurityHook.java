package io.github.oauth2state.login.reactive;

import java.lang.reflect.Modifier;
import java.util.function.BiConsumer;

import org.aopalliance.intercept.MethodInterceptor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;

/**
 * Configures each {@link ServerHttpSecurity} just before its filter chain is built, when
 * everything that the app wants is known: there is nothing else that Spring Security
 * calls then.
 * <p>
 * The bean is replaced by a proxy that knows of {@code build()} only. What the methods of
 * the builder return is the proxy, too, so that chained calls end at it.
 */
final class ServerSecurityHook implements SmartInstantiationAwareBeanPostProcessor {

	private static final Log logger = LogFactory.getLog(ServerSecurityHook.class);

	private final BiConsumer<ServerHttpSecurity, @Nullable ServerRequestCache> configurer;

	/**
	 * Creates a hook.
	 * @param configurer configures a builder, and is told which request cache Spring
	 * Security gave it before the app could set another
	 */
	ServerSecurityHook(BiConsumer<ServerHttpSecurity, @Nullable ServerRequestCache> configurer) {
		this.configurer = configurer;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof ServerHttpSecurity http)) {
			return bean;
		}
		try {
			Class<?> type = accessible(http.getClass());
			return factory(type, http).getProxy(type.getClassLoader());
		}
		catch (AopConfigException ex) {
			logger.warn("Cannot extend " + bean.getClass().getName() + ", so the filter chains that it builds are left "
					+ "alone: their logins stay in the session.", ex);
			return bean;
		}
	}

	/**
	 * Lets the class of the proxy be generated ahead of time.
	 */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		return ServerHttpSecurity.class.isAssignableFrom(beanClass)
				? factory(accessible(beanClass), null).getProxyClass(beanClass.getClassLoader()) : beanClass;
	}

	/**
	 * Returns the class to extend: Spring Security's own subclass of the builder is
	 * private.
	 */
	private static Class<?> accessible(Class<?> type) {
		return (Modifier.isPrivate(type.getModifiers()) || Modifier.isFinal(type.getModifiers()))
				? accessible(type.getSuperclass()) : type;
	}

	private ProxyFactory factory(Class<?> type, @Nullable ServerHttpSecurity http) {
		ServerHttpSecurity fields = (http != null) ? withoutProxies(http) : null;
		ServerRequestCache initial = (fields != null) ? ServerSecurityInternals.requestCache(fields) : null;
		ProxyFactory factory = new ProxyFactory();
		factory.setProxyTargetClass(true);
		factory.setTargetSource(new BuilderTargetSource(type, http));
		factory.addAdvice((MethodInterceptor) (call) -> {
			if (fields != null && call.getMethod().getName().equals("build")) {
				this.configurer.accept(fields, initial);
			}
			return call.proceed();
		});
		return factory;
	}

	/**
	 * Returns the builder inside the proxies that the app may have, which have no fields.
	 */
	private static ServerHttpSecurity withoutProxies(ServerHttpSecurity http) {
		return (AopProxyUtils.getSingletonTarget(http) instanceof ServerHttpSecurity inner) ? withoutProxies(inner)
				: http;
	}

	private static final class BuilderTargetSource implements TargetSource {

		private final Class<?> type;

		private final @Nullable ServerHttpSecurity target;

		BuilderTargetSource(Class<?> type, @Nullable ServerHttpSecurity target) {
			this.type = type;
			this.target = target;
		}

		@Override
		public Class<?> getTargetClass() {
			return this.type;
		}

		@Override
		public boolean isStatic() {
			return true;
		}

		@Override
		public @Nullable Object getTarget() {
			return this.target;
		}

	}

}
