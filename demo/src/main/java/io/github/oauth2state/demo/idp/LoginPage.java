package io.github.oauth2state.demo.idp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/**
 * The page that asks for user and password, and tells both. Where the app says which
 * instance began the login, it tells that too, and how to kill that instance.
 */
@RestController
class LoginPage {

	/** These come from the URL, and one of them goes into a command for the terminal. */
	private static final Pattern NAME = Pattern.compile("[\\w.:-]{1,40}");

	private static final Pattern PID = Pattern.compile("[0-9]{1,10}");

	private static final String FAILURE = """
			<p class="failure" role="alert">The user or the password is wrong.</p>""";

	private static final String BEGIN = """
			<section aria-labelledby="begun">
			<h2 id="begun">Begun on instance <span id="begun-on">%1$s</span></h2>
			<p>What happens if that instance is gone when you come back? Kill it now, then log in:</p>
			<p><code id="kill">%2$s %3$s</code></p>
			</section>""";

	/**
	 * A session holds one request, but a browser has many tabs: each form tells its own.
	 */
	static final String CONTINUE = "continue";

	private final HttpSessionRequestCache requests = new HttpSessionRequestCache();

	private final String template;

	LoginPage() throws IOException {
		try (InputStream file = LoginPage.class.getResourceAsStream("/login.html")) {
			if (file == null) {
				throw new IllegalStateException("There is no login.html");
			}
			this.template = new String(file.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	@GetMapping(path = "/login", produces = "text/html;charset=UTF-8")
	String page(HttpServletRequest request, HttpServletResponse response, CsrfToken csrf,
			@RequestParam(required = false) @Nullable String error) {
		SavedRequest login = this.requests.getRequest(request, response);
		return this.template.replace("{failure}", (error != null) ? FAILURE : "")
			.replace("{csrf}", HtmlUtils.htmlEscape(csrf.getToken()))
			.replace("{continue}", (login != null) ? HtmlUtils.htmlEscape(pathOf(login.getRedirectUrl())) : "")
			.replace("{begin}", (login != null) ? begin(login) : "");
	}

	private static String pathOf(String url) {
		return url.substring(url.indexOf('/', url.indexOf("://") + "://".length()));
	}

	private static String begin(SavedRequest login) {
		String instance = parameter(login, "begun_on", NAME);
		String pid = parameter(login, "begun_pid", PID);
		return (instance != null && pid != null) ? BEGIN.formatted(instance, killCommand(), pid) : "";
	}

	private static @Nullable String parameter(SavedRequest login, String name, Pattern allowed) {
		String[] values = login.getParameterValues(name);
		return (values != null && values.length == 1 && allowed.matcher(values[0]).matches()) ? values[0] : null;
	}

	/**
	 * The instance runs on this machine: the demo starts both.
	 */
	private static String killCommand() {
		return System.getProperty("os.name").startsWith("Windows") ? "taskkill /F /PID" : "kill -9";
	}

}
