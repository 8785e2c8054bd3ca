package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.function.Predicate;

import tools.jackson.databind.json.JsonMapper;

/**
 * A person with a browser who wants to log in.
 */
final class Visitor {

	private static final String BEGIN_PATH = "/oauth2/authorization/demo";

	private static final String CALLBACK_PATH = "/login/oauth2/code/demo";

	private static final int MAX_STEPS = 20;

	private static final JsonMapper json = new JsonMapper();

	private final URI site;

	private final String user;

	private final Browser browser;

	Visitor(URI site, String user) {
		this(site, user, new Browser());
	}

	private Visitor(URI site, String user, Browser browser) {
		this.site = site;
		this.user = user;
		this.browser = browser;
	}

	/**
	 * Returns the same person before a copy of the browser.
	 * @return a visitor whose further doings do not concern this one
	 */
	Visitor copy() {
		return new Visitor(this.site, this.user, this.browser.copy());
	}

	Browser browser() {
		return this.browser;
	}

	/**
	 * Opens a page that needs a login, so that the visitor is to return there.
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	void askForMe() throws IOException, InterruptedException {
		Page page = this.browser.get(this.site.resolve("/me"));
		Expect.that(page.redirect().filter(Visitor::isBegin).isPresent(), "/me asks for a login", page);
	}

	/**
	 * Begins a login.
	 * @return the login, with the visitor about to leave for the provider
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	PendingLogin begin() throws IOException, InterruptedException {
		Page page = this.browser.get(this.site.resolve(BEGIN_PATH));
		Expect.that(page.status() == 302, "the begin of a login leads to the provider", page);
		return new PendingLogin(page.instance(), page.redirect().orElseThrow());
	}

	/**
	 * Logs in at the provider, with name and password if it asks for them.
	 * @param login the login
	 * @return the callback URL, not opened yet
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	URI authenticate(PendingLogin login) throws IOException, InterruptedException {
		Page page = walk(this.browser.get(login.provider()), Visitor::isCallback);
		return page.redirect().orElseThrow(() -> new Expect.Failure("the provider sends the visitor back", page));
	}

	Page open(URI uri) throws IOException, InterruptedException {
		return this.browser.get(uri);
	}

	/**
	 * Does what a browser and its user would do: follows redirects, and logs in where the
	 * provider asks for it.
	 * @param page where to start
	 * @return where it ends
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	Page follow(Page page) throws IOException, InterruptedException {
		return walk(page, (uri) -> false);
	}

	private Page walk(Page start, Predicate<URI> stop) throws IOException, InterruptedException {
		Page page = start;
		for (int i = 0; i < MAX_STEPS; i++) {
			Optional<String> token = page.loginFormToken();
			if (token.isPresent()) {
				page = this.browser.post(page.uri(),
						"username=" + this.user + "&password=password&_csrf=" + token.get());
			}
			else if (page.redirect().isPresent() && !stop.test(page.redirect().get())) {
				page = this.browser.get(page.redirect().get());
			}
			else {
				return page;
			}
		}
		throw new Expect.Failure("there are less than " + MAX_STEPS + " redirects", page);
	}

	/**
	 * Asks the app who is signed in.
	 * @return what it says; empty if nobody is
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	Optional<Me> me() throws IOException, InterruptedException {
		Page page = this.browser.get(this.site.resolve("/me"));
		return (page.status() == 200) ? Optional.of(json.readValue(page.body(), Me.class)) : Optional.empty();
	}

	/**
	 * Expects that this visitor is signed in.
	 * @return what the app says about it
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	Me signedIn() throws IOException, InterruptedException {
		Me me = me().orElseThrow(() -> new Expect.Failure("the visitor is signed in", "nobody is"));
		Expect.equal(this.user, me.user(), "the user");
		return me;
	}

	static boolean isBegin(URI uri) {
		return BEGIN_PATH.equals(uri.getPath());
	}

	private static boolean isCallback(URI uri) {
		return CALLBACK_PATH.equals(uri.getPath());
	}

	/**
	 * A login that is not finished.
	 *
	 * @param begunOn which instance began it
	 * @param provider where to go next
	 */
	record PendingLogin(String begunOn, URI provider) {
	}

	/**
	 * What {@code /me} says.
	 *
	 * @param user who is signed in
	 * @param instance which instance answered
	 * @param begunOn which one began the login
	 * @param finishedOn which one finished it
	 * @param path where it was kept in between
	 */
	record Me(String user, String instance, String begunOn, String finishedOn, String path) {
	}

}
