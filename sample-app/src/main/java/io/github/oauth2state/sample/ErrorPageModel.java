package io.github.oauth2state.sample;

import java.util.Map;

import org.springframework.boot.web.error.ErrorAttributeOptions;
import org.springframework.boot.webmvc.error.DefaultErrorAttributes;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.WebRequest;

import io.github.oauth2state.LoginEvent;

/**
 * Gives the error page what it shows beyond the status: advice, and where a login went
 * wrong, the reference by which log lines name it.
 */
@Component
class ErrorPageModel extends DefaultErrorAttributes {

	@Override
	public Map<String, Object> getErrorAttributes(WebRequest request, ErrorAttributeOptions options) {
		Map<String, Object> attributes = super.getErrorAttributes(request, options);
		Object chosen = request.getAttribute(Advice.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
		attributes.put("advice", Advice.of(chosen, attributes.get("status")));
		Object reference = request.getAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
		if (reference != null) {
			attributes.put("reference", reference);
		}
		return attributes;
	}

}
