package io.github.oauth2state.logout;

import org.springframework.context.annotation.Configuration;
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
	static class InRedis {

	}

	/**
	 * With an index by the user's name, and events.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableRedisIndexedWebSession
	static class InIndexedRedis {

	}

}
