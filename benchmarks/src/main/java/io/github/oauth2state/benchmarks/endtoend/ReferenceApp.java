package io.github.oauth2state.benchmarks.endtoend;

import java.util.List;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/**
 * An app with an OpenID Connect login and nothing else. A servlet app runs on Tomcat, and
 * a reactive one on Netty, though Tomcat is there, too.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = TomcatReactiveWebServerAutoConfiguration.class)
class ReferenceApp {

	static final String REGISTRATION = "keycloak";

	static final String CLIENT_ID = "online-shop";

	static final String ISSUER = "https://id.example.com/realms/example";

	/**
	 * Sessions in memory end early, as all of them would not fit into it. Connections
	 * stay open while other apps are measured, on Netty by itself.
	 */
	static final List<String> PROPERTIES = List.of("server.port=0", "server.tomcat.max-keep-alive-requests=-1",
			"server.tomcat.keep-alive-timeout=1h", "server.tomcat.connection-timeout=1h",
			"server.tomcat.threads.max=64", "server.servlet.session.timeout=1m",
			"server.reactive.session.timeout=1m", "server.reactive.session.max-sessions=1000000",
			"spring.main.banner-mode=off", "logging.level.root=warn",
			"spring.security.oauth2.client.registration.keycloak.client-id=" + CLIENT_ID,
			"spring.security.oauth2.client.registration.keycloak.client-secret=a-client-secret",
			"spring.security.oauth2.client.registration.keycloak.scope=openid,profile,email",
			"spring.security.oauth2.client.registration.keycloak.authorization-grant-type=authorization_code",
			"spring.security.oauth2.client.registration.keycloak.redirect-uri={baseUrl}/{action}/oauth2/code/{registrationId}",
			"spring.security.oauth2.client.provider.keycloak.authorization-uri=" + ISSUER
					+ "/protocol/openid-connect/auth",
			"spring.security.oauth2.client.provider.keycloak.token-uri=" + ISSUER + "/protocol/openid-connect/token",
			"spring.security.oauth2.client.provider.keycloak.jwk-set-uri=" + ISSUER + "/protocol/openid-connect/certs",
			"spring.security.oauth2.client.provider.keycloak.user-name-attribute=sub");

}
