package io.github.oauth2state.login.servlet;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What a repository needs to know of the filter chain that it is in.
 *
 * @param defense knows the client registrations and refuses callbacks of other providers
 * @param user gives the name of who is signed in, or {@code null} where nobody is or
 * where it is of no use
 * @param withSessions whether a login has an HTTP session
 * @param savedRequests keeps the pages that users asked for, or {@code null} if the app
 * does
 */
record ChainContext(MixUpDefense defense, Supplier<@Nullable String> user, boolean withSessions,
		@Nullable SavedRequests savedRequests) {
}
