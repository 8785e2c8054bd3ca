package com.example.shop;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.reactive.server.ExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/** A whole login, without Redis and without the provider. */
@SpringBootTest
@AutoConfigureWebTestClient
@ActiveProfiles("test")
@Import(TestProvider.class)
class ShopLoginTests {

	private static final String CALLBACK = "/login/oauth2/code/demo?code=code&state={state}";

	@Autowired
	WebTestClient client;

	@Test
	void logsIn() {
		ExchangeResult start = start();
		ExchangeResult callback = this.client.get()
			.uri(CALLBACK, state(start))
			.cookies((cookies) -> copy(start, cookies))
			.exchange()
			.expectHeader()
			.location("/")
			.expectBody()
			.returnResult();
		this.client.get()
			.uri("/orders")
			.cookies((cookies) -> copy(callback, cookies))
			.exchange()
			.expectBody(String.class)
			.isEqualTo("Hello alice");
	}

	@Test
	void refusesTheCallbackInAnotherBrowser() {
		this.client.get().uri(CALLBACK, state(start())).exchange().expectHeader().location("/login?error");
	}

	private ExchangeResult start() {
		return this.client.get().uri("/oauth2/authorization/demo").exchange().expectBody().returnResult();
	}

	private static String state(ExchangeResult start) {
		String state = UriComponentsBuilder.fromUri(start.getResponseHeaders().getLocation())
			.build()
			.getQueryParams()
			.getFirst("state");
		return UriUtils.decode(state, StandardCharsets.UTF_8);
	}

	private static void copy(ExchangeResult from, MultiValueMap<String, String> cookies) {
		from.getResponseCookies()
			.toSingleValueMap()
			.forEach((name, cookie) -> cookies.add(name, cookie.getValue()));
	}

}
