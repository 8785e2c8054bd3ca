package io.github.oauth2state.demo.check;

import java.net.URI;

import io.github.oauth2state.demo.cluster.Instance;

/**
 * A complete login, from the page that needs it back to that page.
 *
 * @param visitor who logs in
 * @param begin the instance to begin it
 * @param finish the instance to finish it
 */
record Login(Visitor visitor, Instance begin, Instance finish) {

	/**
	 * Logs in.
	 * @param balancer leads to the beginning instance
	 * @param beforeCallback what happens before the visitor comes back from the provider;
	 * it sees to it that the finishing instance comes next
	 * @throws Exception if anything is not as it should be
	 */
	void run(Balancer balancer, Report.Attempt beforeCallback) throws Exception {
		this.visitor.askForMe();
		balancer.aimAt(this.begin);
		Visitor.PendingLogin login = this.visitor.begin();
		Expect.equal(this.begin.name(), login.begunOn(), "the beginning instance");
		URI callback = this.visitor.authenticate(login);
		beforeCallback.run();
		Page answer = this.visitor.open(callback);
		Expect.equal(this.finish.name(), answer.instance(), "the instance of the callback");
		Page end = this.visitor.follow(answer);
		Expect.equal("/me", end.uri().getPath(), "the page after the login");
		Visitor.Me me = this.visitor.signedIn();
		Expect.equal(this.begin.name(), me.begunOn(), "begunOn");
		Expect.equal(this.finish.name(), me.finishedOn(), "finishedOn");
		Expect.equal("shared", me.path(), "path");
	}

}
