package io.github.oauth2state.refresh;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/**
 * Keeps the strategy, and so its store, until the app's executors have ended: their last
 * jobs may need new tokens, and an instance that refreshes without others may cost a user
 * the session. Spring destroys what depends on a bean before the bean.
 */
final class StopOrder implements BeanPostProcessor, BeanFactoryAware {

	private static final String QUARTZ = "org.springframework.scheduling.quartz.SchedulerFactoryBean";

	private @Nullable ConfigurableBeanFactory beans;

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beans = (beanFactory instanceof ConfigurableBeanFactory configurable) ? configurable : null;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		boolean runsJobs = bean instanceof Executor || bean.getClass().getName().equals(QUARTZ);
		if (runsJobs && this.beans != null) {
			this.beans.registerDependentBean(RefreshStrategyAutoConfiguration.STRATEGY, beanName);
		}
		return bean;
	}

}
