package io.github.oauth2state.login.servlet;

import java.util.Arrays;

import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SavedRequests}.
 */
class SavedRequestsTests extends FilterChainTests {

	@Test
	void pageThatTheAppRemovesDoesNotComeBack() {
		run(App.class, (context) -> {
			SavedRequests savedRequests = savedRequests(context);
			Cookie[] cookies = saved(savedRequests).getCookies();
			assertThat(savedRequests.page(null, exchange(cookies))).isEqualTo("/page");
			MockHttpServletRequest request = request("/welcome", cookies);
			MockHttpServletResponse response = new MockHttpServletResponse();
			savedRequests.removeRequest(request, response);
			assertThat(response.getCookies()).hasSameSizeAs(cookies)
				.allMatch((cookie) -> cookie.getMaxAge() == 0)
				.extracting(Cookie::getName)
				.containsExactlyElementsOf(Arrays.stream(cookies).map(Cookie::getName).toList());
		});
	}

	@Test
	void nothingIsClearedWhereNothingWasSaved() {
		run(App.class, (context) -> {
			MockHttpServletResponse response = new MockHttpServletResponse();
			savedRequests(context).removeRequest(request("/welcome"), response);
			assertThat(response.getCookies()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://localhost/callback", "http://localhost:80/callback", "https://localhost/callback",
			"https://shop.example/callback", "http://shop.example:8080/callback", "/callback" })
	void pageIsKeptWithTheLogin(String redirectUri) {
		run(App.class, (context) -> {
			SavedRequests savedRequests = savedRequests(context);
			ServletExchange exchange = exchange(saved(savedRequests).getCookies());
			assertThat(savedRequests.page(redirectUri, exchange)).isEqualTo("/page");
			assertThat(exchange.request().getSession(false)).isNull();
		});
	}

	/**
	 * A proxy for development has another port than the app, and the browser is called
	 * back at that of the app.
	 */
	@Test
	void pageOfAnotherPortThanTheCallbacksKeepsItsPort() {
		run(App.class, (context) -> {
			SavedRequests savedRequests = savedRequests(context);
			ServletExchange exchange = exchange(saved(savedRequests).getCookies());
			assertThat(savedRequests.page("http://localhost:8080/callback", exchange)).isNull();
			MockHttpServletRequest callback = request("/callback");
			callback.setServerPort(8080);
			callback.setSession(exchange.request().getSession(false));
			assertThat(savedRequests.getRequest(callback, new MockHttpServletResponse()).getRedirectUrl())
				.startsWith("http://localhost/page");
			assertThat(((MockHttpServletResponse) exchange.response()).getCookies())
				.allMatch((cookie) -> cookie.getMaxAge() == 0)
				.isNotEmpty();
		});
	}

	private static MockHttpServletResponse saved(SavedRequests savedRequests) {
		MockHttpServletResponse response = new MockHttpServletResponse();
		savedRequests.saveRequest(request("/page"), response);
		assertThat(response.getCookies()).isNotEmpty();
		return response;
	}

	private static SavedRequests savedRequests(AssertableWebApplicationContext context) {
		return chains(context).stream()
			.flatMap((chain) -> chain.getFilters().stream())
			.filter(CallbackFilter.class::isInstance)
			.map((filter) -> ((CallbackFilter) filter).chain().savedRequests())
			.findFirst()
			.orElseThrow();
	}

	private static ServletExchange exchange(Cookie... cookies) {
		return new ServletExchange(request("/oauth2/authorization/idp", cookies), new MockHttpServletResponse());
	}

	private static MockHttpServletRequest request(String path, Cookie... cookies) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
		request.addHeader("Accept", "text/html");
		if (cookies.length > 0) {
			request.setCookies(cookies);
		}
		return request;
	}

}
