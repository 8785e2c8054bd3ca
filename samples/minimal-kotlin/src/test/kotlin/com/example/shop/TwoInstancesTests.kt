package com.example.shop

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.springframework.boot.builder.SpringApplicationBuilder
import org.springframework.context.ConfigurableApplicationContext
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService
import redis.embedded.RedisServer
import java.net.CookieManager
import java.net.HttpCookie
import java.net.ServerSocket
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse

/** Two instances with a Redis and a provider: what begins on the first one is finished on the second. */
class TwoInstancesTests {

	private val cookies = CookieManager()

	private val browser = HttpClient.newBuilder()
		.cookieHandler(cookies)
		.followRedirects(HttpClient.Redirect.NORMAL)
		.build()

	@Test
	fun loginBegunOnOneInstanceIsFinishedOnAnother() {
		val page = get("$one/oauth2/authorization/demo")
		assertThat(page.uri()).isEqualTo(URI.create("$two/"))
		assertThat(page.body()).isEqualTo("Hello alice")
		assertThat(get("$one/orders").body()).isEqualTo("Hello alice")
	}

	@Test
	fun redirectToTheProviderMakesNoSessionThatCouldHoldTheLogin() {
		val redirect = generateSequence(get("$one/oauth2/authorization/demo")) { it.previousResponse().orElse(null) }.last()
		assertThat(redirect.headers().firstValue("Location").orElseThrow()).startsWith(provider.issuer)
		assertThat(redirect.headers().allValues("Set-Cookie").flatMap(HttpCookie::parse).map { it.name })
			.isNotEmpty()
			.allMatch { it.startsWith("oauth2-state-") }
	}

	@Test
	fun clientAskedForOnOneInstanceIsAuthorizedOnAnother() {
		get("$one/oauth2/authorization/demo")
		assertThat(calendarOf(second)).isNull()
		get("$one/oauth2/authorization/calendar")
		assertThat(calendarOf(second)?.accessToken?.tokenValue).isEqualTo("token")
		assertThat(calendarOf(first)).isNull()
	}

	@Test
	fun callbackInAnotherBrowserIsRefused() {
		val steps = generateSequence(get("$one/oauth2/authorization/demo")) { it.previousResponse().orElse(null) }
		val callback = steps.map { it.uri() }.first { it.path == "/login/oauth2/code/demo" }
		cookies.cookieStore.removeAll()
		assertThat(get("$callback").uri()).isEqualTo(URI.create("$two/login?error"))
	}

	private fun get(uri: String): HttpResponse<String> =
		browser.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString())

	companion object {

		private val redis = RedisServer.newRedisServer()
			.port(ServerSocket(0).use { it.localPort })
			.setting("bind 127.0.0.1")
			.setting("save \"\"")
			.build()

		private val provider = Provider()

		private lateinit var first: ConfigurableApplicationContext

		private lateinit var second: ConfigurableApplicationContext

		private val one get() = base(first)

		private val two get() = base(second)

		@BeforeAll
		@JvmStatic
		fun start() {
			redis.start()
			second = instance("{baseUrl}")
			first = instance(two)
		}

		@AfterAll
		@JvmStatic
		fun stop() {
			first.close()
			second.close()
			provider.close()
			redis.stop()
		}

		/** An instance of the app, which lets the provider send browsers back to the given one, as a balancer may do. */
		private fun instance(redirectTo: String): ConfigurableApplicationContext {
			val clients = "--spring.security.oauth2.client"
			return SpringApplicationBuilder(ShopApplication::class.java).run(
				"--server.port=0",
				"--spring.data.redis.url=redis://localhost:${redis.ports()[0]}",
				"$clients.provider.demo.issuer-uri=${provider.issuer}",
				"$clients.registration.demo.redirect-uri=$redirectTo/login/oauth2/code/demo",
				"$clients.registration.calendar.provider=demo",
				"$clients.registration.calendar.client-id=shop",
				"$clients.registration.calendar.client-secret=secret",
				"$clients.registration.calendar.authorization-grant-type=authorization_code",
				"$clients.registration.calendar.scope=calendar",
				"$clients.registration.calendar.redirect-uri=$redirectTo/authorized/calendar",
			)
		}

		private fun base(instance: ConfigurableApplicationContext) =
			"http://localhost:${instance.environment.getProperty("local.server.port")}"

		private fun calendarOf(instance: ConfigurableApplicationContext): OAuth2AuthorizedClient? =
			instance.getBean(OAuth2AuthorizedClientService::class.java).loadAuthorizedClient("calendar", "alice")

	}

}
