package com.example.shop

import org.junit.jupiter.api.Test
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest
import org.springframework.context.annotation.Import
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.oauth2Login
import org.springframework.test.context.bean.override.mockito.MockitoBean
import org.springframework.test.web.servlet.MockMvc
import org.springframework.test.web.servlet.get

/** The web layer alone, with the app's filter chain. */
@WebMvcTest
@Import(SecurityConfiguration::class)
class ShopWebTests {

	@Autowired
	lateinit var mvc: MockMvc

	/** In place of the one that asks the provider for its endpoints at startup. */
	@MockitoBean
	lateinit var registrations: ClientRegistrationRepository

	@Test
	fun greetsTheUser() {
		mvc.get("/") { with(oauth2Login()) }.andExpect { content { string("Hello user") } }
	}

}
