package com.example.shop;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.mockOAuth2Login;

/** The whole app, without Redis and without the provider. */
@SpringBootTest
@AutoConfigureWebTestClient
class ShopApplicationTests {

	@Autowired
	WebTestClient client;

	/** In place of the one that asks the provider for its endpoints at startup. */
	@MockitoBean
	ReactiveClientRegistrationRepository registrations;

	@Test
	void greetsTheUser() {
		this.client.mutateWith(mockOAuth2Login())
			.get()
			.uri("/")
			.exchange()
			.expectBody(String.class)
			.isEqualTo("Hello user");
	}

}
