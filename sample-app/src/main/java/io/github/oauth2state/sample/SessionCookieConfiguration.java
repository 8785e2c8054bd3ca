package io.github.oauth2state.sample;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.DefaultCookieSerializer;

/**
 * Writes the cookie of shared sessions as a reactive app does, so that both find the same
 * session.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "sample.session-cookie", havingValue = "plain")
class SessionCookieConfiguration {

	@Bean
	CookieSerializer cookieSerializer() {
		DefaultCookieSerializer serializer = new DefaultCookieSerializer();
		serializer.setUseBase64Encoding(false);
		return serializer;
	}

}
