package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;

/**
 * Watches for removals where that changes nothing that an app can rely on: services of
 * Spring Security that are declared by their interface, as Spring Boot does it, and the
 * library's own.
 */
final class ClientsWatcher implements BeanPostProcessor, BeanFactoryAware {

	private final Supplier<Removals> removals;

	private @Nullable ConfigurableListableBeanFactory beans;

	ClientsWatcher(Supplier<Removals> removals) {
		this.removals = removals;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beans = (beanFactory instanceof ConfigurableListableBeanFactory configurable) ? configurable : null;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof OAuth2AuthorizedClientService clients && isReplaceable(bean.getClass(), beanName)) {
			return new WatchedClients(clients, this.removals);
		}
		return bean;
	}

	private boolean isReplaceable(Class<?> type, String beanName) {
		if (type.getName().startsWith("io.github.oauth2state.tokens.")) {
			return true;
		}
		return type.getName().startsWith("org.springframework.security.") && this.beans != null
				&& this.beans.containsBeanDefinition(beanName)
				&& this.beans.getMergedBeanDefinition(beanName).getResolvableType().resolve(type).isInterface();
	}

}
