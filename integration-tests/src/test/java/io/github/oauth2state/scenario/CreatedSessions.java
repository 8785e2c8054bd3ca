package io.github.oauth2state.scenario;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionStore;

/**
 * Notes which classes have sessions created. A {@code WebSession} counts from the first
 * attribute on: one without attributes is neither kept nor sent.
 */
final class CreatedSessions implements HttpSessionListener, BeanPostProcessor {

	private final List<String> creators = new CopyOnWriteArrayList<>();

	/**
	 * Returns the names of the classes since the last call.
	 */
	List<String> take() {
		List<String> taken = List.copyOf(this.creators);
		this.creators.clear();
		return taken;
	}

	@Override
	public void sessionCreated(HttpSessionEvent event) {
		this.creators.add(StackWalker.getInstance()
			.walk((frames) -> frames.dropWhile((frame) -> !frame.getMethodName().equals("getSession"))
				.dropWhile((frame) -> frame.getMethodName().equals("getSession"))
				.findFirst())
			.map(StackWalker.StackFrame::getClassName)
			.orElse("unknown"));
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof DefaultWebSessionManager manager) {
			WebSessionStore store = manager.getSessionStore();
			manager.setSessionStore(
					proxy(WebSessionStore.class, store, (call) -> call.getMethod().getName().equals("createWebSession")
							? store.createWebSession().map(this::noting) : call.proceed()));
		}
		return bean;
	}

	private WebSession noting(WebSession session) {
		return proxy(WebSession.class, session, (call) -> switch (call.getMethod().getName()) {
			case "getAttributes" -> noting(session, session.getAttributes());
			case "start" -> note(session, call::proceed);
			default -> call.proceed();
		});
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> noting(WebSession session, Map<String, Object> attributes) {
		return proxy(Map.class, attributes, (call) -> call.getMethod().getName().matches("put.*|compute.*|merge")
				? note(session, call::proceed) : call.proceed());
	}

	private Object note(WebSession session, Call call) throws Throwable {
		if (!session.isStarted()) {
			this.creators.add(StackWalker.getInstance()
				.walk((frames) -> frames.map(StackWalker.StackFrame::getClassName)
					.dropWhile((name) -> !name.contains("$Proxy"))
					.dropWhile((name) -> name.contains("$Proxy") || name.startsWith("java."))
					.findFirst())
				.orElse("unknown"));
		}
		return call.proceed();
	}

	private static <T> T proxy(Class<T> type, T target, MethodInterceptor interceptor) {
		ProxyFactory factory = new ProxyFactory(type, interceptor);
		factory.setTarget(target);
		return type.cast(factory.getProxy());
	}

	private interface Call {

		Object proceed() throws Throwable;

	}

}
