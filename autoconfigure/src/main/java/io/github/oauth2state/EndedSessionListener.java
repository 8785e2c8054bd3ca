package io.github.oauth2state;

import org.springframework.security.core.Authentication;

/**
 * Is told whose session ended without a logout by the user, so that the app can do what
 * its logout handlers do at a logout, such as forget what it keeps about the user. A
 * logout handler can implement this interface too. Beans of this type are called in their
 * order; what they throw is logged and changes nothing.
 * <p>
 * If there is such a bean, each session is read before it is deleted, which costs one
 * call more.
 */
@FunctionalInterface
public interface EndedSessionListener {

	/**
	 * Called once for each session that ended because of a logout token, an operator, or
	 * a refused refresh. The thread may handle a request of the provider or of an
	 * operator, or no request.
	 * @param user the user whose session ended
	 */
	void onSessionEnded(Authentication user);

}
