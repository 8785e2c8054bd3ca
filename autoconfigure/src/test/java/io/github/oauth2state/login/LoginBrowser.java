package io.github.oauth2state.login;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.web.BrowserRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keeps cookies as a browser does.
 */
final class LoginBrowser {

	private final Map<String, String> cookies = new HashMap<>();

	Map<String, String> cookies() {
		return this.cookies;
	}

	BrowserRequest begin() {
		return TestRequests.https(TestRequests.BEGIN_PATH, this.cookies);
	}

	BrowserRequest callback() {
		return TestRequests.https(TestRequests.CALLBACK_PATH, this.cookies);
	}

	BrowserRequest request(String path, boolean https) {
		return new BrowserRequest(https, path, false, this.cookies);
	}

	void take(List<ResponseCookie> received) {
		for (ResponseCookie cookie : received) {
			if (cookie.getMaxAge().isZero()) {
				this.cookies.remove(cookie.getName());
			}
			else {
				this.cookies.put(cookie.getName(), cookie.getValue());
			}
		}
	}

	BindingCookie onlyCookie() {
		assertThat(this.cookies).hasSize(1);
		return BindingCookie.parse(this.cookies.values().iterator().next()).orElseThrow();
	}

}
