package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

/**
 * A user of gateways, each of which relays the user's token to the API. It lives in the
 * demo's package for the sake of its browser.
 */
public final class GatewayUser {

	private final Visitor visitor;

	/**
	 * Creates a user with a new browser.
	 * @param site where to log in
	 * @param name the name of the user
	 */
	public GatewayUser(URI site, String name) {
		this.visitor = new Visitor(site, name);
	}

	/**
	 * Logs in, and uses no token yet.
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	public void logIn() throws IOException, InterruptedException {
		this.visitor.askForMe();
		this.visitor.follow(this.visitor.open(this.visitor.authenticate(this.visitor.begin())));
		this.visitor.signedIn();
	}

	/**
	 * Calls the API. The call can be cancelled, which closes its connection.
	 * @param gateway the gateway that is asked
	 * @return the status of the answer, once it is there
	 */
	public CompletableFuture<Integer> call(URI gateway) {
		return this.visitor.browser().getLater(gateway.resolve(TokenInfo.PATH)).thenApply(Page::status);
	}

	/**
	 * Tells whether the user is signed in at a gateway.
	 * @param gateway the gateway
	 * @return whether it knows the user
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	public boolean isSignedIn(URI gateway) throws IOException, InterruptedException {
		return this.visitor.open(gateway.resolve("/me")).status() == 200;
	}

	/**
	 * Asks the provider how often tokens were refreshed there.
	 * @param provider the provider
	 * @return the number of calls
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	public static int refreshes(URI provider) throws IOException, InterruptedException {
		return Integer.parseInt(new Browser().get(provider.resolve("/refresh-calls")).body());
	}

}
