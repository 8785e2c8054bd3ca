package io.github.oauth2state.demo.idp;

import java.text.ParseException;
import java.util.List;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.jdbc.config.annotation.web.http.EnableJdbcHttpSession;
import org.springframework.session.security.SpringSessionBackedSessionRegistry;

/**
 * What the instances of the provider share, in their database: authorizations, the
 * sessions of signed-in users, and the key that tokens are signed with. That a code is
 * used once is the starter's work.
 */
@Configuration(proxyBeanMethods = false)
@EnableJdbcHttpSession
class SharedByInstances {

	private static final int KEY_BITS = 2048;

	@Bean
	OAuth2AuthorizationService authorizations(JdbcTemplate jdbc, RegisteredClientRepository clients) {
		return new JdbcOAuth2AuthorizationService(jdbc, clients);
	}

	/**
	 * Finds the sessions of all instances: each ID token names the session that it comes
	 * from ({@code sid}), and a logout is compared with it.
	 */
	@Bean
	<S extends Session> SessionRegistry sessionRegistry(FindByIndexNameSessionRepository<S> sessions) {
		return new SpringSessionBackedSessionRegistry<>(sessions);
	}

	/**
	 * The key of the first instance: apps ask any instance for keys, and check tokens of
	 * all of them.
	 */
	@Bean
	JWKSource<SecurityContext> signingKey(JdbcTemplate jdbc) throws JOSEException, ParseException {
		if (keys(jdbc).isEmpty()) {
			RSAKey key = new RSAKeyGenerator(KEY_BITS).keyIDFromThumbprint(true).generate();
			try {
				jdbc.update("insert into signing_key (id, jwk) values (1, ?)", key.toJSONString());
			}
			catch (DuplicateKeyException ex) {
				// The other instance was faster.
			}
		}
		return new ImmutableJWKSet<>(new JWKSet(RSAKey.parse(keys(jdbc).get(0))));
	}

	private static List<String> keys(JdbcTemplate jdbc) {
		return jdbc.queryForList("select jwk from signing_key", String.class);
	}

}
