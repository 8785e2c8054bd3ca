package io.github.oauth2state.logout;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Closes each connection of a reactive app after its first response. Reactor Netty 1.3
 * may read no further request from a connection whose client sends one while the response
 * to the last one is being completed on another thread (reactor-netty issue 4361).
 */
@Configuration(proxyBeanMethods = false)
class OneRequestPerConnection {

	@Bean
	NettyServerCustomizer oneRequestPerConnection() {
		return (server) -> server.maxKeepAliveRequests(1);
	}

}
