package com.example.shop;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.MockMvc;

import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.oauth2Login;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;

/** The whole app, without Redis and without the provider. */
@SpringBootTest
@AutoConfigureMockMvc
class ShopApplicationTests {

	@Autowired
	MockMvc mvc;

	/** In place of the one that asks the provider for its endpoints at startup. */
	@MockitoBean
	ClientRegistrationRepository registrations;

	@Test
	void greetsTheUser() throws Exception {
		this.mvc.perform(get("/").with(oauth2Login())).andExpect(content().string("Hello user"));
	}

}
