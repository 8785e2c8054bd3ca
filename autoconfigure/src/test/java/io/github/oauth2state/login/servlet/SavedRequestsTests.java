package io.github.oauth2state.login.servlet;

import java.util.Arrays;

import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.Test;
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
			assertThat(savedRequests.page(exchange(cookies))).isEqualTo("/page");
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
