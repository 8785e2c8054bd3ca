package io.github.oauth2state.login.reactive;

import java.util.function.Consumer;

import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.security.config.web.server.ServerHttpSecurity;

/**
 * Configures each {@link ServerHttpSecurity} just before its filter chain is built, when
 * everything that the app wants is known: there is nothing else that Spring Security
 * calls then.
 * <p>
 * The bean is replaced by a proxy that knows of {@code build()} only. What the methods of
 * the builder return is the proxy, too, so that chained calls end at it.
 */
final class ServerSecurityHook implements SmartInstantiationAwareBeanPostProcessor {

	private final Consumer<ServerHttpSecurity> configurer;

	ServerSecurityHook(Consumer<ServerHttpSecurity> configurer) {
		this.configurer = configurer;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (bean instanceof ServerHttpSecurity http) ? proxy(http) : bean;
	}

	/**
	 * Lets the class of the proxy be generated ahead of time.
	 */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		return ServerHttpSecurity.class.isAssignableFrom(beanClass)
				? factory(null).getProxyClass(ServerHttpSecurity.class.getClassLoader()) : beanClass;
	}

	private static ProxyFactory factory(@Nullable ServerHttpSecurity target) {
		ProxyFactory factory = new ProxyFactory();
		factory.setProxyTargetClass(true);
		factory.setTargetSource(new BuilderTargetSource(target));
		return factory;
	}

	private ServerHttpSecurity proxy(ServerHttpSecurity http) {
		ProxyFactory factory = factory(http);
		// The app may have a proxy of its own, which has no fields
		Object target = AopProxyUtils.getSingletonTarget(http);
		ServerHttpSecurity fields = (target instanceof ServerHttpSecurity inner) ? inner : http;
		factory.addAdvice((MethodInterceptor) (call) -> {
			if (call.getMethod().getName().equals("build") && call.getMethod().getParameterCount() == 0) {
				this.configurer.accept(fields);
			}
			return call.proceed();
		});
		return (ServerHttpSecurity) factory.getProxy(ServerHttpSecurity.class.getClassLoader());
	}

	/**
	 * A target whose class is the builder itself, as Spring Security's own subclass is
	 * private.
	 */
	private static final class BuilderTargetSource implements TargetSource {

		private final @Nullable ServerHttpSecurity target;

		BuilderTargetSource(@Nullable ServerHttpSecurity target) {
			this.target = target;
		}

		@Override
		public Class<?> getTargetClass() {
			return ServerHttpSecurity.class;
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
