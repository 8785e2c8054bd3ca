package io.github.oauth2state.demo;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;
import io.github.oauth2state.demo.cluster.With;

/**
 * What to try, for the person at the terminal.
 */
final class Guide {

	private static final String HEAD = """

			  Open %1$s and log in as alice or bob, password "password".

			  The proxy hands each request to the next instance, whoever it comes from:
			    instance one   pid %2$d   %4$s
			    instance two   pid %3$d   %5$s
			  So does the one in front of the identity provider, which has the starter too:
			    provider one   pid %6$d   %8$s
			    provider two   pid %7$d   %9$s

			""";

	private static final String WITH_STARTER = """
			  Try this:
			    - Log in a few times. The page draws which instance sent you to the provider, where the
			      login was kept, and which instance took you back. (%1$s/me says it in JSON.)
			    - Open %1$s/me in a private window. The provider asks for the password, and its page
			      names the instance that began this login, and the command that kills it. Run the
			      command, then log in: the other instance finishes the login.
			      A killed instance is started again after 10 seconds. So is one of the provider: kill it
			      while it asks for the password, and the other one issues the code and redeems it.
			    - Begin logins in two tabs, and finish both, in any order.
			    - Wait until the page says that the token is due, which it is every 10 seconds, and make
			      20 calls at once. The provider takes a refresh token once and revokes everything if it
			      comes twice: it sees one refresh, and the other calls share what came of it.
			    - Log in with two browsers as alice, and with a third as bob. Log alice out everywhere: the
			      provider sends a logout token to one instance, and the other browser's session ends too.
			    - Use the "back" button after a login and send the form again.

			  To compare:  -Ddemo.with=spring-session  has shared sessions in place of the starter,
			               -Ddemo.with=nothing         has neither.
			  Unattended, with a count:  -Ddemo.check=true
			""";

	private static final String WITH_SPRING_SESSION = """
			  This is the picture WITHOUT the starter and with Spring Session: oauth2-state.enabled=false.
			  The instances share sessions, and keep pending logins and tokens in them.

			  Try this:
			    - Log in a few times. Logins cross instances, and a killed instance loses none.
			      For each login that is begun, a session is created.
			    - Begin logins in two tabs: a session holds one pending login, so the second replaces
			      the first. Finish the first, and it fails with "authorization_request_not_found".
			    - Use the "back" button after a login and send the form again: the same error.
			    - Wait until the page says that the token is due, and make 20 calls at once. Each of
			      them that finds the token due asks the provider. The provider takes a refresh token
			      once and revokes everything if it comes twice, so you must log in again.

			  To compare:  -Ddemo.with=starter (or leave it out),  -Ddemo.with=nothing
			""";

	private static final String WITH_NOTHING = """
			  This is the picture WITHOUT the starter: oauth2-state.enabled=false. Each instance keeps pending
			  logins and sessions in its own memory. A login that is begun on one instance and comes back to
			  the other fails there with "authorization_request_not_found", as the other one does not know it.
			  A login that comes back to the same instance succeeds, but the other instance does not know the
			  session. Log in a few times: you will hardly ever see that you are.

			  To compare:  -Ddemo.with=starter (or leave it out),  -Ddemo.with=spring-session
			""";

	private static final String FOOT = """

			  An app of your own, on any port of this machine, can use the provider: issuer %10$s,
			  client id "own-app", secret "own-app-secret". See docs/demo.md.
			  Ctrl-C ends everything.

			""";

	private Guide() {
	}

	static String text(Cluster cluster, With with) {
		Instance one = cluster.instances().get(0);
		Instance two = cluster.instances().get(1);
		Instance providerOne = cluster.providers().get(0);
		Instance providerTwo = cluster.providers().get(1);
		String body = switch (with) {
			case STARTER -> WITH_STARTER;
			case SPRING_SESSION -> WITH_SPRING_SESSION;
			case NOTHING -> WITH_NOTHING;
		};
		return (HEAD + body + FOOT).formatted(cluster.uri(), one.pid(), two.pid(), one.uri(), two.uri(),
				providerOne.pid(), providerTwo.pid(), providerOne.uri(), providerTwo.uri(), cluster.provider());
	}

}
