package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Users log in on one instance, and the provider ends the sessions of one of them: by a
 * logout token to the other instance, or as the user logs out everywhere. The sessions of
 * that user end on all instances; the sessions of others do not.
 */
final class EndedSessions implements Scenario {

	private static final String LOGOUT_TOKEN_PATH = "/logout/connect/back-channel/demo";

	/** Logout tokens name a second, and end logins of that second too. */
	private static final long UNTIL_NEXT_SECOND = 1000;

	private final Cluster cluster;

	private final Balancer balancer;

	EndedSessions(Cluster cluster, Balancer balancer) {
		this.cluster = cluster;
		this.balancer = balancer;
	}

	@Override
	public String title() {
		return "A logout token to the other instance ends all sessions of its user";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		Instance one = this.cluster.instances().get(0);
		Instance two = this.cluster.instances().get(1);
		report.attempt(() -> endByToken(one, two));
		report.attempt(() -> endByToken(two, one));
		report.attempt(() -> endByUser(one, two));
	}

	private void endByToken(Instance first, Instance second) throws Exception {
		Visitors visitors = logIn(first, first);
		String token = token("alice");
		expectStatus(400, send(forged(token), second), "a forged token");
		visitors.expectAllSignedIn();
		expectStatus(200, send(token, second), "a logout token");
		visitors.expectOneUserLoggedOut();
		expectStatus(400, send(token, first), "the same token again");
		visitors.expectOneUserLoggedOut();
	}

	private void endByUser(Instance first, Instance second) throws Exception {
		Visitors visitors = logIn(first, second);
		Visitor user = visitors.ofOneUser().get(0);
		Page home = user.open(this.cluster.uri());
		String form = "everywhere=true&_csrf=" + home.formToken().orElseThrow();
		Page end = user.follow(user.browser().post(this.cluster.uri().resolve("/logout"), form));
		Expect.that(end.status() == 200 && "/logouts".equals(end.uri().getPath()), "the page about logouts comes", end);
		visitors.expectOneUserLoggedOut();
	}

	/**
	 * Logs one user in with two browsers, and another user with one.
	 */
	private Visitors logIn(Instance first, Instance second) throws Exception {
		Thread.sleep(UNTIL_NEXT_SECOND);
		return new Visitors(List.of(logIn("alice", first), logIn("alice", second)), logIn("bob", first),
				this.cluster.instances());
	}

	private Visitor logIn(String user, Instance instance) throws Exception {
		Visitor visitor = new Visitor(this.cluster.uri(), user);
		new Login(visitor, instance, instance).run(this.balancer, () -> this.balancer.aimAt(instance));
		return visitor;
	}

	private String token(String user) throws IOException, InterruptedException {
		Page token = new Browser().get(this.cluster.provider().resolve("/logout-token?user=" + user));
		Expect.that(token.status() == 200, "the provider makes a logout token", token);
		return token.body();
	}

	/**
	 * Returns the token with the signature of another.
	 */
	private String forged(String token) throws IOException, InterruptedException {
		String other = token("bob");
		return token.substring(0, token.lastIndexOf('.')) + other.substring(other.lastIndexOf('.'));
	}

	private static Page send(String token, Instance instance) throws IOException, InterruptedException {
		return new Browser().post(instance.uri().resolve(LOGOUT_TOKEN_PATH), "logout_token=" + token);
	}

	private static void expectStatus(int status, Page answer, String what) {
		Expect.that(answer.status() == status, what + " is answered with " + status, answer);
	}

	/**
	 * Who is logged in.
	 *
	 * @param ofOneUser the browsers of the user whose sessions end
	 * @param other another user
	 * @param instances where sessions are known
	 */
	private record Visitors(List<Visitor> ofOneUser, Visitor other, List<Instance> instances) {

		void expectAllSignedIn() throws IOException, InterruptedException {
			expect(this.ofOneUser, true);
			expect(List.of(this.other), true);
		}

		void expectOneUserLoggedOut() throws IOException, InterruptedException {
			expect(this.ofOneUser, false);
			expect(List.of(this.other), true);
		}

		private void expect(List<Visitor> visitors, boolean signedIn) throws IOException, InterruptedException {
			for (Visitor visitor : visitors) {
				for (Instance instance : this.instances) {
					Page me = visitor.open(instance.uri().resolve("/me"));
					Expect.equal(signedIn, me.status() == 200, "that the visitor is signed in");
				}
			}
		}

	}

}
