package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether requests share tokens by client credentials (RFC 6749, section 4.4).
 * Requests of one principal usually want the same tokens, but a token client of the app
 * may add something that tells them apart, such as a tenant.
 */
final class ClientCredentials {

	private static final Log logger = LogFactory.getLog(ClientCredentials.class);

	private final Supplier<@Nullable Boolean> shared;

	/**
	 * Creates an instance.
	 * @param shared returns whether requests share tokens, or {@code null} to decide by
	 * the token client
	 */
	ClientCredentials(Supplier<@Nullable Boolean> shared) {
		this.shared = shared;
	}

	/**
	 * Returns whether requests share the tokens that a token client obtains.
	 * @param tokenClient the token client
	 * @param beanName the bean that uses it
	 * @return whether they do
	 */
	boolean areSharedIfFrom(Object tokenClient, String beanName) {
		Boolean shared = this.shared.get();
		if (shared != null) {
			return shared;
		}
		boolean usual = ClientInternals.sendsUsualRequests(tokenClient);
		if (!usual) {
			logger
				.info(("Bean '%s' obtains tokens by client credentials for each request: its token client, of type %s, "
						+ "may add something that differs between requests of one principal. If it does not, let them share tokens "
						+ "with oauth2-state.refresh.client-credentials=true")
					.formatted(beanName, tokenClient.getClass().getName()));
		}
		return usual;
	}

}
