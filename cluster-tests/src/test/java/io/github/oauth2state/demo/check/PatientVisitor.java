package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

import tools.jackson.databind.json.JsonMapper;

import io.github.oauth2state.demo.check.RequestLog.Step;

/**
 * A person who logs in, pauses at the provider's form for as long as a test likes, and
 * loads a page again where nobody answered. It lives in the demo's package for the sake
 * of its browser.
 */
public final class PatientVisitor {

	private static final String SITE_BEGIN = "/oauth2/authorization/demo";

	private static final String SITE_CALLBACK = "/login/oauth2/code/demo";

	private static final Set<Integer> OF_A_BALANCER = Set.of(500, 502, 503, 504);

	private static final int MAX_STEPS = 20;

	private static final int MAX_ATTEMPTS = 60;

	private static final long PAUSE_MILLIS = 250;

	private static final JsonMapper json = new JsonMapper();

	private final Browser browser = new Browser();

	private final URI site;

	private final RequestLog log;

	private Page form;

	private int failedCallbacks;

	private int begins;

	/**
	 * Creates a person with a new browser.
	 * @param site where to log in
	 * @param log is told about every request
	 */
	public PatientVisitor(URI site, RequestLog log) {
		this.site = site;
		this.log = log;
	}

	/**
	 * Begins a login, and goes as far as the provider's form.
	 * @throws InterruptedException if interrupted
	 */
	public void begin() throws InterruptedException {
		this.form = walk(open(this.site.resolve(SITE_BEGIN)), false);
		Expect.that(this.form.loginFormToken().isPresent(), "the provider asks who this is", this.form);
	}

	/**
	 * Sends the form, and opens the callback that the provider leads to.
	 * @return how it ends, whatever it took
	 * @throws IOException if the provider does not answer
	 * @throws InterruptedException if interrupted
	 */
	public Ending complete() throws IOException, InterruptedException {
		URI callback = authenticate();
		return callBack(callback);
	}

	/**
	 * Sends the form.
	 * @return the callback that the provider leads to, not opened yet
	 * @throws IOException if the provider does not answer
	 * @throws InterruptedException if interrupted
	 */
	public URI authenticate() throws IOException, InterruptedException {
		Page answer = this.browser.post(this.form.uri(),
				"username=alice&password=password&_csrf=" + this.form.loginFormToken().orElseThrow());
		return walk(answer, true).redirect().orElseThrow(() -> new Expect.Failure("it leads to a callback", answer));
	}

	/**
	 * Opens a callback and goes wherever that leads.
	 * @param callback its URL
	 * @return how it ends
	 * @throws InterruptedException if interrupted
	 */
	public Ending callBack(URI callback) throws InterruptedException {
		this.begins = 0;
		Page end = walk(open(callback), false);
		Page me = open(this.site.resolve("/me"));
		Optional<Visitor.Me> user = (me.status() == 200) ? Optional.of(json.readValue(me.body(), Visitor.Me.class))
				: Optional.empty();
		return new Ending(user.map(Visitor.Me::path), this.failedCallbacks, this.begins, end.toString());
	}

	private Page walk(Page start, boolean toCallback) throws InterruptedException {
		Page page = start;
		for (int i = 0; i < MAX_STEPS && page.redirect().isPresent(); i++) {
			URI next = page.redirect().get();
			if (toCallback && step(next) == Step.CALLBACK) {
				break;
			}
			page = open(next);
		}
		return page;
	}

	private Page open(URI uri) throws InterruptedException {
		Step step = step(uri);
		if (step == Step.BEGIN) {
			this.begins++;
		}
		for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
			Instant start = Instant.now();
			Optional<Page> page = attempt(step, uri, start);
			if (page.isPresent()) {
				this.log.answered(step, start);
				return page.get();
			}
			if (step == Step.CALLBACK) {
				this.failedCallbacks++;
			}
			Thread.sleep(PAUSE_MILLIS);
		}
		throw new Expect.Failure("a page is there at last", uri.getPath());
	}

	private Optional<Page> attempt(Step step, URI uri, Instant start) throws InterruptedException {
		try {
			Page page = this.browser.get(uri);
			if (!page.instance().isEmpty() || !OF_A_BALANCER.contains(page.status())) {
				return Optional.of(page);
			}
			this.log.failed(step, start, page.toString());
		}
		catch (IOException ex) {
			this.log.failed(step, start, ex.getClass().getSimpleName());
		}
		return Optional.empty();
	}

	private Step step(URI uri) {
		if (!uri.getAuthority().equals(this.site.getAuthority())) {
			return Step.PAGE;
		}
		return switch (uri.getPath()) {
			case SITE_BEGIN -> Step.BEGIN;
			case SITE_CALLBACK -> Step.CALLBACK;
			default -> Step.PAGE;
		};
	}

	/**
	 * How a login ended.
	 *
	 * @param path where it was pending; empty if nobody is signed in
	 * @param failedCallbacks how many of its callbacks no app answered
	 * @param restarts how often the app began it anew
	 * @param page where it ended, without its query
	 */
	public record Ending(Optional<String> path, int failedCallbacks, int restarts, String page) {

		/**
		 * Tells whether the visitor is signed in.
		 * @return whether somebody is
		 */
		public boolean isSignedIn() {
			return this.path.isPresent();
		}

	}

}
