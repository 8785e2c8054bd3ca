package io.github.oauth2state.sample;

import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;

/**
 * Notes on the request that needs a token how it got it. It is called on the thread of
 * that request, and not at all while tokens are valid.
 */
@Component
class RefreshTracer implements TokenRefreshListener {

	private static final String ATTRIBUTE = RefreshTracer.class.getName();

	@Override
	public void onTokenRefresh(TokenRefreshEvent event) {
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		if (request != null) {
			request.setAttribute(ATTRIBUTE, Obtained.by(event), RequestAttributes.SCOPE_REQUEST);
		}
	}

	/**
	 * Returns how the current request got its token.
	 */
	Obtained obtained() {
		Object noted = RequestContextHolder.currentRequestAttributes()
			.getAttribute(ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
		return (noted != null) ? (Obtained) noted : Obtained.CACHED;
	}

}
