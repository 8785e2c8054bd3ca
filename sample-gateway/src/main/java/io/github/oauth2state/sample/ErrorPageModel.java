package io.github.oauth2state.sample;

import java.util.Map;

import org.springframework.boot.web.error.ErrorAttributeOptions;
import org.springframework.boot.webflux.error.DefaultErrorAttributes;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;

import io.github.oauth2state.LoginEvent;

/**
 * Gives the error page what it shows beyond the status: advice, and where a login went
 * wrong, the reference by which log lines name it.
 */
@Component
class ErrorPageModel extends DefaultErrorAttributes {

	@Override
	public Map<String, Object> getErrorAttributes(ServerRequest request, ErrorAttributeOptions options) {
		Map<String, Object> attributes = super.getErrorAttributes(request, options);
		attributes.put("advice", Advice.of(request.attribute(Advice.ATTRIBUTE).orElse(null), attributes.get("status")));
		request.attribute(LoginEvent.CORRELATION_ID_ATTRIBUTE)
			.ifPresent((reference) -> attributes.put("reference", reference));
		return attributes;
	}

}
