package io.github.oauth2state.benchmarks.endtoend;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Makes one call of Redis to begin a login and one to end it, with as many bytes as the
 * library stores. It encodes, seals and binds nothing, and keeps the authorization
 * request in memory: nobody can use it, and nothing that works can be cheaper.
 */
@Configuration(proxyBeanMethods = false)
class BareRepository {

	private static final byte[] RECORD = new byte[330];

	@Bean
	SecurityFilterChain chain(HttpSecurity http, RedisConnectionFactory connections) {
		RedisTemplate<String, byte[]> redis = new RedisTemplate<>();
		redis.setConnectionFactory(connections);
		redis.setKeySerializer(RedisSerializer.string());
		redis.setValueSerializer(RedisSerializer.byteArray());
		redis.afterPropertiesSet();
		return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
			.oauth2Login((login) -> login
				.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestRepository(new Repository(redis))))
			.build();
	}

	private static final class Repository implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {

		private final Map<String, OAuth2AuthorizationRequest> requests = new ConcurrentHashMap<>();

		private final RedisTemplate<String, byte[]> redis;

		Repository(RedisTemplate<String, byte[]> redis) {
			this.redis = redis;
		}

		@Override
		public void saveAuthorizationRequest(OAuth2AuthorizationRequest authorizationRequest,
				HttpServletRequest request, HttpServletResponse response) {
			this.requests.put(authorizationRequest.getState(), authorizationRequest);
			this.redis.opsForValue()
				.setIfAbsent("bare:" + authorizationRequest.getState(), RECORD, Duration.ofMinutes(10));
		}

		@Override
		public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
			String state = request.getParameter("state");
			return (state != null) ? this.requests.get(state) : null;
		}

		@Override
		public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(HttpServletRequest request,
				HttpServletResponse response) {
			String state = request.getParameter("state");
			return (state != null && this.redis.opsForValue().getAndDelete("bare:" + state) != null)
					? this.requests.remove(state) : null;
		}

	}

}
