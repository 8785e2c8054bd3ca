package io.github.oauth2state.demo;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * What to try, for the person at the terminal.
 */
final class Guide {

	private static final String HEAD = """

			  Open %1$s and log in as alice (or bob), password "password".

			  The proxy hands each request to the next instance, whoever it comes from:
			    instance one   pid %2$d   %4$s
			    instance two   pid %3$d   %5$s

			""";

	private static final String WITH_STARTER = """
			  Try this:
			    - Log in a few times. The page draws which instance sent you to the provider, where the
			      login was kept, and which instance took you back. (%1$s/me says it in JSON.)
			    - Open %1$s/me in a private window, and while the provider asks for the password:
			        kill -9 %2$d
			      Then log in. If the login was begun on instance one, instance two finishes it.
			      A killed instance is started again after 10 seconds.
			    - Begin logins in two tabs, and finish both, in any order.
			    - Wait until the page says that the token is due, which it is every 10 seconds, and make
			      20 calls at once. The provider takes a refresh token once and revokes everything if it
			      comes twice: it sees one refresh, and the other calls share what came of it.
			    - Use the "back" button after a login and send the form again.

			  The same without the starter: -Ddemo.without-starter=true
			  Unattended, with a count:      -Ddemo.check=true
			  Ctrl-C ends everything.

			""";

	private static final String WITHOUT_STARTER = """
			  This is the picture WITHOUT the starter: oauth2-state.enabled=false, and each instance keeps
			  logins and sessions to itself. A login that is begun on one instance and comes back to the other
			  fails ("authorization_request_not_found"), and even a finished one is unknown to the other instance.
			  Log in a few times: you will hardly ever see that you are.

			  The same with the starter: leave out -Ddemo.without-starter=true
			  Ctrl-C ends everything.

			""";

	private Guide() {
	}

	static String text(Cluster cluster, boolean withStarter) {
		Instance one = cluster.instances().get(0);
		Instance two = cluster.instances().get(1);
		return (HEAD + (withStarter ? WITH_STARTER : WITHOUT_STARTER)).formatted(cluster.uri(), one.pid(), two.pid(),
				one.uri(), two.uri());
	}

}
