package com.example.shop

import com.nimbusds.jose.JWSAlgorithm
import com.nimbusds.jose.JWSHeader
import com.nimbusds.jose.crypto.RSASSASigner
import com.nimbusds.jose.jwk.JWKSet
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator
import com.nimbusds.jose.util.Base64URL
import com.nimbusds.jose.util.JSONObjectUtils
import com.nimbusds.jwt.JWTClaimsSet
import com.nimbusds.jwt.SignedJWT
import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import org.springframework.web.util.UriComponentsBuilder
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URLDecoder
import java.security.MessageDigest
import java.time.Instant
import java.util.Date
import java.util.UUID
import java.util.concurrent.ConcurrentHashMap

/** A small OpenID Connect provider with PKCE, at which everybody is alice. Each code can be used once. */
class Provider : AutoCloseable {

	private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)

	private val key = RSAKeyGenerator(2048).keyID("key").generate()

	private val logins = ConcurrentHashMap<String, Map<String, String>>()

	val issuer = "http://localhost:${server.address.port}"

	init {
		server.createContext("/.well-known/openid-configuration") {
			it.answer(
				200,
				mapOf(
					"issuer" to issuer,
					"authorization_endpoint" to "$issuer/authorize",
					"token_endpoint" to "$issuer/token",
					"jwks_uri" to "$issuer/keys",
					"subject_types_supported" to listOf("public"),
				),
			)
		}
		server.createContext("/keys") { it.answer(200, JWKSet(key.toPublicJWK()).toJSONObject()) }
		server.createContext("/authorize", ::authorize)
		server.createContext("/token", ::token)
		server.start()
	}

	private fun authorize(exchange: HttpExchange) {
		val login = parameters(exchange.requestURI.rawQuery)
		val code = UUID.randomUUID().toString()
		logins[code] = login
		exchange.responseHeaders["Location"] = "${login["redirect_uri"]}?code=$code&state=${login["state"]}"
		exchange.sendResponseHeaders(302, -1)
		exchange.close()
	}

	private fun token(exchange: HttpExchange) {
		val request = parameters(exchange.requestBody.readAllBytes().decodeToString())
		val login = logins.remove(request["code"])
		if (login == null || login["code_challenge"] != challenge(request["code_verifier"].orEmpty())) {
			exchange.answer(400, mapOf("error" to "invalid_grant"))
			return
		}
		val tokens = mutableMapOf<String, Any>("access_token" to "token", "token_type" to "Bearer", "expires_in" to 300)
		login["nonce"]?.let { tokens["id_token"] = idToken(login.getValue("client_id"), it) }
		exchange.answer(200, tokens)
	}

	private fun idToken(clientId: String, nonce: String): String {
		val now = Instant.now()
		val claims = JWTClaimsSet.Builder()
			.issuer(issuer)
			.subject("alice")
			.audience(clientId)
			.issueTime(Date.from(now))
			.expirationTime(Date.from(now.plusSeconds(300)))
			.claim("nonce", nonce)
			.build()
		val token = SignedJWT(JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.keyID).build(), claims)
		token.sign(RSASSASigner(key))
		return token.serialize()
	}

	override fun close() = server.stop(0)

	private companion object {

		fun challenge(verifier: String): String =
			Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(verifier.toByteArray())).toString()

		fun parameters(query: String): Map<String, String> =
			UriComponentsBuilder.newInstance().query(query).build().queryParams.toSingleValueMap()
				.mapValues { URLDecoder.decode(it.value.orEmpty(), Charsets.UTF_8) }

		fun HttpExchange.answer(status: Int, json: Map<String, Any>) {
			val content = JSONObjectUtils.toJSONString(json).toByteArray()
			responseHeaders["Content-Type"] = "application/json"
			sendResponseHeaders(status, content.size.toLong())
			responseBody.write(content)
			close()
		}

	}

}
