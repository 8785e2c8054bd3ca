package io.github.oauth2state;

/**
 * Is told what happens to the codes of an authorization server. Beans of this type are
 * called in their order, on the thread that handles the request; what they throw is
 * logged and changes nothing.
 */
@FunctionalInterface
public interface CodeListener {

	/**
	 * Called when a code is issued or used, and when a use is refused for one of the
	 * reasons in {@link CodeOutcome}.
	 * @param event what happened
	 */
	void onCodeEvent(CodeEvent event);

}
