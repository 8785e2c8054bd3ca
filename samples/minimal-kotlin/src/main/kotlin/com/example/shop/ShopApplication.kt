package com.example.shop

import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.runApplication
import org.springframework.security.core.annotation.AuthenticationPrincipal
import org.springframework.security.oauth2.core.user.OAuth2User
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.RestController

@SpringBootApplication
@RestController
class ShopApplication {

	@GetMapping("/", "/orders")
	fun home(@AuthenticationPrincipal user: OAuth2User) = "Hello ${user.name}"

}

fun main(args: Array<String>) {
	runApplication<ShopApplication>(*args)
}
