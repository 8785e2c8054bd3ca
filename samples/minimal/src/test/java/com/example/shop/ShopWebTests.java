package com.example.shop;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.oauth2Login;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;

/** The web layer alone, which the starter is not in. */
@WebMvcTest
@Import(TestProvider.class)
class ShopWebTests {

	@Autowired
	MockMvc mvc;

	@Test
	void greetsTheUser() throws Exception {
		this.mvc.perform(get("/").with(oauth2Login())).andExpect(content().string("Hello user"));
	}

	@Test
	void keepsPendingLoginsInTheSession() throws Exception {
		MvcResult start = this.mvc.perform(get("/oauth2/authorization/demo")).andReturn();
		assertThat(start.getRequest().getSession(false)).isNotNull();
		assertThat(start.getResponse().getCookies()).isEmpty();
	}

}
