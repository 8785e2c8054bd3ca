package io.github.oauth2state;

/**
 * What happened to a code that may be used once.
 */
public enum CodeOutcome {

	/**
	 * The authorization server issued it.
	 */
	ISSUED,

	/**
	 * It was used, for the first and only time.
	 */
	REDEEMED,

	/**
	 * It was presented while another request was using it, and refused. Nothing was
	 * revoked. A refresh token may be {@link #REPLAYED} after that.
	 */
	DUPLICATE,

	/**
	 * It was presented again after it had been used. It was refused, and the tokens that
	 * had come of it were revoked (RFC 6749, section 4.1.2; RFC 9700, section 4.14.2).
	 */
	REUSED,

	/**
	 * It was presented again shortly after it had been used, and its client got the same
	 * tokens again. Only refresh tokens, and only if
	 * {@code oauth2-state.authorization-server.replay-window} allows it.
	 */
	REPLAYED,

	/**
	 * It was presented after its life, and refused.
	 */
	EXPIRED,

	/**
	 * Another client than the one that it was issued to presented it, and was refused. It
	 * is still good for the right client.
	 */
	WRONG_CLIENT,

	/**
	 * The store did not answer, so nobody could tell whether it had been used, and it was
	 * refused. The client may present it again.
	 */
	STORE_ERROR

}
