package io.github.oauth2state.demo.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

import static org.springframework.security.config.Customizer.withDefaults;

/**
 * The API behind the gateways. It knows no users and no sessions, only access tokens, and
 * tells about them what is not secret.
 */
@SpringBootApplication(proxyBeanMethods = false)
@RestController
public class Api {

	private static final int SHORT_HASH = 12;

	/**
	 * Starts the API; it runs until its process ends.
	 * @param args arguments of the application
	 */
	public static void main(String[] args) {
		new SpringApplicationBuilder(Api.class).properties("spring.config.name=api").run(args);
	}

	@Bean
	SecurityFilterChain securityFilterChain(HttpSecurity http) {
		http.authorizeHttpRequests(
				(requests) -> requests.requestMatchers("/health").permitAll().anyRequest().authenticated());
		http.oauth2ResourceServer((server) -> server.jwt(withDefaults()));
		return http.build();
	}

	/**
	 * Reads the provider's keys when the first token comes.
	 */
	@Bean
	JwtDecoder jwtDecoder(@Value("${api.issuer}") String issuer, @Value("${api.keys}") String keys) {
		NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(keys).build();
		decoder.setJwtValidator(JwtValidators.createDefaultWithIssuer(issuer));
		return decoder;
	}

	@GetMapping("/token-info")
	TokenInfo tokenInfo(@AuthenticationPrincipal Jwt token, @RequestHeader("X-Gateway-Instance") String gateway) {
		return new TokenInfo(token.getExpiresAt(), shortHash(token.getTokenValue()), gateway);
	}

	@GetMapping("/health")
	String health() {
		return "ok";
	}

	private static String shortHash(String token) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(hash).substring(0, SHORT_HASH);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * What may be known of a token.
	 *
	 * @param expiresAt when it expires
	 * @param access by which it can be told from others
	 * @param instance which gateway relayed it
	 */
	record TokenInfo(@Nullable Instant expiresAt, String access, String instance) {

	}

}
