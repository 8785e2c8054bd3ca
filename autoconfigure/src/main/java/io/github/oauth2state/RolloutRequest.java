package io.github.oauth2state;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link RolloutDecider} gets to know of a login that begins: nothing secret.
 */
public interface RolloutRequest {

	/**
	 * Returns the client registration.
	 * @return its id, or {@code null} if the authorization request names none
	 */
	@Nullable String registrationId();

	/**
	 * Returns an id of the browser, which is random, says nothing about its user, and
	 * stays the same while the browser keeps the cookie. To ask for it is to set that
	 * cookie.
	 * @return 22 characters of Base64 for URLs
	 */
	String browserId();

	/**
	 * Returns an attribute of the HTTP request, such as the app or a filter has set.
	 * @param name its name
	 * @return its value, or {@code null} if there is none
	 */
	@Nullable Object attribute(String name);

}
