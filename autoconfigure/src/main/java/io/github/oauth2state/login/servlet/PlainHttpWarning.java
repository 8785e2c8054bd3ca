package io.github.oauth2state.login.servlet;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Says once that logins begin over plain http, unless this is somebody's own machine:
 * mostly it is a proxy whose headers are not read.
 */
class PlainHttpWarning {

	private static final Log logger = LogFactory.getLog(PlainHttpWarning.class);

	private static final Pattern LOOPBACK = Pattern
		.compile("localhost|.*\\.localhost|127(\\.\\d{1,3}){3}|\\[?(0{0,4}:){1,7}0{0,3}1]?");

	private final AtomicBoolean given = new AtomicBoolean();

	void check(HttpServletRequest request) {
		if (!request.isSecure() && !isLoopback(request.getServerName()) && this.given.compareAndSet(false, true)) {
			logger
				.warn("A login begins over plain http, so that its binding cookie is not protected by '__Host-'. If a "
						+ "proxy ends TLS, set server.forward-headers-strategy, or oauth2-state.login.cookie.secure=true. "
						+ "This is said once.");
		}
	}

	static boolean isLoopback(String serverName) {
		return LOOPBACK.matcher(serverName).matches();
	}

}
