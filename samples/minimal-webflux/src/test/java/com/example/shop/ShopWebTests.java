package com.example.shop;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.reactive.server.ExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.mockOAuth2Login;

/** The web layer alone, which the starter is not in. */
@WebFluxTest
@Import(TestProvider.class)
class ShopWebTests {

	@Autowired
	WebTestClient client;

	@Test
	void greetsTheUser() {
		this.client.mutateWith(mockOAuth2Login())
			.get()
			.uri("/")
			.exchange()
			.expectBody(String.class)
			.isEqualTo("Hello user");
	}

	@Test
	void keepsPendingLoginsInTheSession() {
		ExchangeResult start = this.client.get()
			.uri("/oauth2/authorization/demo")
			.exchange()
			.expectBody()
			.returnResult();
		assertThat(start.getResponseCookies()).containsOnlyKeys("SESSION");
	}

}
