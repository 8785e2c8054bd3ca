package io.github.oauth2state.logout;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisIndexedWebSession;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisWebSession;

/**
 * Sessions that instances of a reactive app share through Spring Session.
 */
final class ReactiveSharedSessions {

	private ReactiveSharedSessions() {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableRedisWebSession
	@Import(EagerConnections.class)
	static class InRedis {

	}

	/**
	 * With an index by the user's name, and events.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableRedisIndexedWebSession
	@Import(EagerConnections.class)
	static class InIndexedRedis {

	}

	/**
	 * Connects when the app starts. Spring Data would connect with the first request, and
	 * block its thread.
	 */
	@Configuration(proxyBeanMethods = false)
	static class EagerConnections {

		@Bean
		static BeanPostProcessor eagerConnections() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessBeforeInitialization(Object bean, String beanName) {
					if (bean instanceof LettuceConnectionFactory connections) {
						connections.setEagerInitialization(true);
					}
					return bean;
				}

			};
		}

	}

}
