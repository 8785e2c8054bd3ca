package io.github.oauth2state.login.servlet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which requests were sent ahead of the user.
 */
class PrefetchTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			Sec-Purpose | prefetch
			Sec-Purpose | prefetch;prerender
			Sec-Purpose | prefetch;anonymous-client-ip
			Sec-Purpose | prefetch; prerender
			Sec-Purpose | future-purpose, prefetch;prerender=?1
			sec-purpose | prefetch
			Purpose     | prefetch
			Purpose     | Prefetch
			Purpose     | prerender
			Purpose     | preview
			X-Moz       | prefetch
			X-Purpose   | preview
			""")
	void headerOfABrowserThatLooksAheadSaysSo(String header, String value) {
		assertThat(new ServletExchange(request("GET", header, value)).isPrefetch()).isTrue();
		assertThat(new ServletExchange(request("HEAD", header, value)).isPrefetch()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ",", ";", ";prefetch", "navigate", "prefetching", "no-prefetch", "pre fetch",
			"navigate;prefetch", "navigate;to=prefetch", "\"prefetch\"", "navigate;a=\", prefetch, \"", "(prefetch)",
			"prefetch=1", "prefetch:1", "%70refetch", "pref\u00e9tch", "prefetc\u212a" })
	void nonsenseIsTakenForAVisit(String value) {
		for (String header : new String[] { "Sec-Purpose", "Purpose", "X-Purpose", "X-Moz" }) {
			assertThat(new ServletExchange(request("GET", header, value)).isPrefetch()).as(header).isFalse();
		}
	}

	@Test
	void valueThatNoBrowserSendsIsNotLookedAt() {
		assertThat(new ServletExchange(request("GET", "Sec-Purpose", "prefetch" + ";a".repeat(60))).isPrefetch())
			.isTrue();
		assertThat(new ServletExchange(request("GET", "Sec-Purpose", "prefetch" + ";a".repeat(61))).isPrefetch())
			.isFalse();
		assertThat(new ServletExchange(request("GET", "Sec-Purpose", ",".repeat(100_000) + "prefetch")).isPrefetch())
			.isFalse();
	}

	@Test
	void headerThatIsThereMoreThanOnceSaysSoIfOneDoes() {
		assertThat(new ServletExchange(request("GET", "Purpose", "navigate", "prefetch")).isPrefetch()).isTrue();
		assertThat(new ServletExchange(request("GET", "Purpose", "navigate", "nonsense")).isPrefetch()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "get", "PROPFIND" })
	void methodThatBrowsersDoNotSendAheadIsTakenForAVisit(String method) {
		assertThat(new ServletExchange(request(method, "Sec-Purpose", "prefetch")).isPrefetch()).isFalse();
	}

	@Test
	void otherHeadersSayNothing() {
		assertThat(new ServletExchange(new MockHttpServletRequest()).isPrefetch()).isFalse();
		assertThat(new ServletExchange(request("GET", "Sec-Fetch-Dest", "prefetch")).isPrefetch()).isFalse();
	}

	@Test
	void refusalIsNeitherASuccessNorKept() {
		MockHttpServletResponse response = new MockHttpServletResponse();
		response.addHeader("Vary", "Origin");
		new ServletExchange(new MockHttpServletRequest(), response).refusePrefetch();
		assertThat(response.getStatus()).isEqualTo(403);
		assertThat(response.getHeader("Cache-Control")).isEqualTo("no-store");
		assertThat(response.getHeaders("Vary")).containsExactly("Origin", "Sec-Purpose", "Purpose", "X-Purpose",
				"X-Moz");
		assertThat(response.isCommitted()).isFalse();
	}

	private static MockHttpServletRequest request(String method, String header, String... values) {
		MockHttpServletRequest request = new MockHttpServletRequest(method, "/oauth2/authorization/idp");
		for (String value : values) {
			request.addHeader(header, value);
		}
		return request;
	}

}
