package com.example.shop;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.unauthenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;

/** A whole login, without Redis and without the provider. */
@SpringBootTest
@AutoConfigureMockMvc
@ActiveProfiles("test")
@Import(TestProvider.class)
class ShopLoginTests {

	private static final String CALLBACK = "/login/oauth2/code/demo?code=code&state={state}";

	@Autowired
	MockMvc mvc;

	@Test
	void logsIn() throws Exception {
		MockHttpServletResponse start = start();
		MvcResult callback = this.mvc.perform(get(CALLBACK, state(start)).cookie(start.getCookies()))
			.andExpect(redirectedUrl("/"))
			.andExpect(authenticated().withUsername("alice"))
			.andReturn();
		MockHttpSession session = (MockHttpSession) callback.getRequest().getSession();
		this.mvc.perform(get("/orders").session(session)).andExpect(content().string("Hello alice"));
	}

	@Test
	void refusesTheCallbackInAnotherBrowser() throws Exception {
		MockHttpServletResponse start = start();
		this.mvc.perform(get(CALLBACK, state(start)))
			.andExpect(redirectedUrl("/login?error"))
			.andExpect(unauthenticated());
	}

	private MockHttpServletResponse start() throws Exception {
		return this.mvc.perform(get("/oauth2/authorization/demo")).andReturn().getResponse();
	}

	private static String state(MockHttpServletResponse start) {
		String state = UriComponentsBuilder.fromUriString(start.getRedirectedUrl())
			.build()
			.getQueryParams()
			.getFirst("state");
		return UriUtils.decode(state, StandardCharsets.UTF_8);
	}

}
