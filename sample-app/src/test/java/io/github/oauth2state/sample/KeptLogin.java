package io.github.oauth2state.sample;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A login whose record is looked for in the server that the app was connected to by other
 * means than properties. Had the library not been told of that server, the login would
 * have gone on without a record.
 */
final class KeptLogin {

	private static final Pattern STATE = Pattern.compile("[?&]state=([^&]+)");

	private KeptLogin() {
	}

	/**
	 * Returns what the app is told, which says nothing about servers.
	 */
	static String[] arguments(StubIssuer issuer, String store) {
		return new String[] { "--server.port=0", "--spring.profiles.active=" + store, "--oauth2-state.timeout=20s",
				"--oauth2-state.tokens.keys=" + TokenKey.random(),
				"--spring.security.oauth2.client.provider.demo.issuer-uri=" + issuer.uri() };
	}

	static void assertIn(String store, ConfigurableApplicationContext app) throws Exception {
		HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
		URI uri = URI.create("http://localhost:" + app.getEnvironment().getRequiredProperty("local.server.port"));
		HttpResponse<String> begin = get(browser, uri.resolve("/oauth2/authorization/demo"));
		Matcher state = STATE.matcher(begin.headers().firstValue("Location").orElseThrow());
		assertThat(state.find()).isTrue();
		assertThat(records(store, app)).isOne();
		get(browser, uri.resolve("/login/oauth2/code/demo?code=1&state=" + state.group(1)));
		assertThat(records(store, app)).isZero();
	}

	private static long records(String store, ConfigurableApplicationContext app) {
		if (store.equals("redis")) {
			return app.getBean(StringRedisTemplate.class).keys("oauth2-state:*").size();
		}
		Long records = app.getBean(JdbcTemplate.class).queryForObject("SELECT COUNT(*) FROM oauth2_state", Long.class);
		return (records != null) ? records : -1;
	}

	private static HttpResponse<String> get(HttpClient browser, URI uri) throws IOException, InterruptedException {
		return browser.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
	}

}
