package io.github.oauth2state.demo.idp;

import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.NoOpPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/**
 * An OpenID Connect provider with two users. Its client, whose refresh tokens rotate,
 * stands in {@code identity-provider.yaml}.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class IdentityProvider {

	/**
	 * Starts the provider; it runs until its process ends.
	 * @param args arguments of the application
	 */
	public static void main(String[] args) {
		new SpringApplicationBuilder(IdentityProvider.class).properties("spring.config.name=identity-provider")
			.run(args);
	}

	/**
	 * Knows alice and bob.
	 * @param more how many users there are besides: user-1, user-2 and so on
	 */
	@Bean
	UserDetailsService users(@Value("${demo.more-users:0}") int more) {
		Stream<String> others = IntStream.rangeClosed(1, more).mapToObj((i) -> "user-" + i);
		return new InMemoryUserDetailsManager(
				Stream.concat(Stream.of("alice", "bob"), others).map(IdentityProvider::user).toList());
	}

	/**
	 * Lets passwords be as they are: the demo logs in often, and protects nothing. The
	 * encoder that is there without this one replaces them by hashes when they are first
	 * used, and from then on each login costs two of these.
	 */
	@Bean
	@SuppressWarnings("deprecation")
	PasswordEncoder passwordEncoder() {
		return new DelegatingPasswordEncoder("noop", Map.of("noop", NoOpPasswordEncoder.getInstance()));
	}

	private static UserDetails user(String name) {
		return User.withUsername(name).password("{noop}password").build();
	}

}
