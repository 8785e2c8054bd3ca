package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.web.util.UriComponentsBuilder;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Answers a callback whose pending login is gone so that the user gets where they wanted
 * to, and not to an error page. No answer creates a session or touches its cookie, so
 * that none undoes what a parallel request does.
 */
class CallbackRecovery {

	private static final List<String> CALLBACK_PARAMETERS = List.of(OAuth2ParameterNames.CODE,
			OAuth2ParameterNames.STATE, OAuth2ParameterNames.ERROR, OAuth2ParameterNames.ERROR_DESCRIPTION,
			OAuth2ParameterNames.ERROR_URI, "iss", "session_state");

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final SecurityContextHolderStrategy securityContexts;

	private final LoginTarget target;

	CallbackRecovery(SecurityContextHolderStrategy securityContexts, LoginTarget target) {
		this.securityContexts = securityContexts;
		this.target = target;
	}

	void recover(HttpServletRequest request, HttpServletResponse response, LostLoginException lost)
			throws IOException, ServletException {
		if (response.isCommitted()) {
			throw lost;
		}
		Authentication authentication = this.securityContexts.getContext().getAuthentication();
		if (lost.kind() == CallbackKind.LOGIN && this.trust.isAuthenticated(authentication)) {
			this.target.redirectSignedIn(request, response, authentication);
		}
		else if (lost.kind() == CallbackKind.CLIENT && !canBeginAnew(request, lost)) {
			this.target.redirect(request, response, withoutCallbackParameters(request));
		}
		else {
			beginAnew(response, lost);
		}
	}

	/**
	 * If a callback comes twice, the first one authorizes the client. An authorization
	 * that was begun before a logout does not begin anew, as the next user did not ask
	 * for it.
	 */
	private static boolean canBeginAnew(HttpServletRequest request, LostLoginException lost) {
		boolean gone = lost.outcome() == LoginOutcome.EXPIRED || lost.outcome() == LoginOutcome.UNREADABLE;
		return gone && !ServletRequests.hasError(request) && !lost.callback().isOlderThanLogout();
	}

	private static String withoutCallbackParameters(HttpServletRequest request) {
		UriComponentsBuilder uri = UriComponentsBuilder.fromPath(request.getRequestURI())
			.query(request.getQueryString());
		CALLBACK_PARAMETERS.forEach(uri::replaceQueryParam);
		String path = uri.build().toUriString();
		return BrowserRequest.isLocalPath(path) ? path : "/";
	}

	private static void beginAnew(HttpServletResponse response, LostLoginException lost) throws IOException {
		Optional<ResponseCookie> counted = lost.callback().countRestart();
		if (counted.isPresent()) {
			ServletRequests.addCookies(response, List.of(counted.get()));
			response.sendRedirect(lost.callback().restartPath());
		}
		else {
			ErrorPage.write(response, HttpServletResponse.SC_BAD_REQUEST, "Login not completed",
					"Several attempts in a row did not succeed.", lost.callback().restartPath(),
					lost.callback().correlationId());
		}
	}

}
