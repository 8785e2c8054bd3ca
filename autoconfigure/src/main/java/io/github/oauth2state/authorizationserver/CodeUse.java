package io.github.oauth2state.authorizationserver;

import java.io.Serializable;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.OAuth2UserCode;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

import io.github.oauth2state.CodeType;

/**
 * The code by which an authorization was found, and which a request may be about to use.
 * It is an attribute of the authorization from when that is found until it is saved,
 * because the server makes the authorization that it saves from the one that it found. It
 * is never stored.
 */
final class CodeUse implements Serializable {

	private static final long serialVersionUID = 1L;

	private static final String ATTRIBUTE = CodeUse.class.getName();

	/**
	 * The state of a consent page has no expiry. Its claim outlasts the requests that
	 * found it unused.
	 */
	private static final Duration CLAIM_WITHOUT_EXPIRY = Duration.ofMinutes(10);

	/**
	 * A store keeps a record for 400 days at most.
	 */
	private static final Duration LONGEST_CLAIM = Duration.ofDays(365);

	/**
	 * Clocks of instances differ.
	 */
	private static final Duration MARGIN = Duration.ofMinutes(1);

	private static final Pattern PUSHED_STATE = Pattern.compile(".{20,}___([0-9]{13})");

	/** What the code is for. */
	private final CodeType type;

	/** The value of the code. */
	private final String value;

	/** Whether the code had been used before it was found. */
	private final boolean usedBefore;

	/** When the code expires, if it is known to. */
	private final @Nullable Instant expiry;

	/** The record of the pending authorization, if it was found in the store. */
	private final byte @Nullable [] pending;

	private CodeUse(CodeType type, String value, boolean usedBefore, @Nullable Instant expiry,
			byte @Nullable [] pending) {
		this.type = type;
		this.value = value;
		this.usedBefore = usedBefore;
		this.expiry = expiry;
		this.pending = pending;
	}

	/**
	 * Notes on an authorization by which code it was found.
	 * @param found the authorization
	 * @param tokenType what was asked for, or {@code null} for any token
	 * @param value the value that was asked for
	 * @param pending the record that it was found in, or {@code null} if the app's
	 * service had it
	 * @return the authorization with the note, or without one if what was asked for may
	 * be used more than once
	 */
	static OAuth2Authorization mark(OAuth2Authorization found, @Nullable OAuth2TokenType tokenType, String value,
			byte @Nullable [] pending) {
		CodeType type = type(tokenType, found);
		if (type == null) {
			return unmark(found);
		}
		OAuth2Authorization.Token<?> token = token(type, found);
		Instant expiry = (token != null) ? token.getToken().getExpiresAt() : expiryOfState(value);
		CodeUse use = new CodeUse(type, value, token != null && token.isInvalidated(), expiry, pending);
		return OAuth2Authorization.from(found).attribute(ATTRIBUTE, use).build();
	}

	/**
	 * Returns the use of the refresh token that an authorization has, or {@code null} if
	 * it has none.
	 */
	static @Nullable CodeUse ofRefreshToken(OAuth2Authorization authorization) {
		OAuth2Authorization.Token<OAuth2RefreshToken> token = authorization.getRefreshToken();
		return (token != null) ? new CodeUse(CodeType.REFRESH_TOKEN, token.getToken().getTokenValue(), false,
				token.getToken().getExpiresAt(), null) : null;
	}

	/**
	 * Removes the note.
	 */
	static OAuth2Authorization unmark(OAuth2Authorization authorization) {
		return (authorization.getAttribute(ATTRIBUTE) == null) ? authorization
				: OAuth2Authorization.from(authorization).attributes((all) -> all.remove(ATTRIBUTE)).build();
	}

	/**
	 * Returns the note, or {@code null} if the authorization has no note.
	 */
	static @Nullable CodeUse of(OAuth2Authorization authorization) {
		return authorization.getAttribute(ATTRIBUTE);
	}

	private static @Nullable CodeType type(@Nullable OAuth2TokenType tokenType, OAuth2Authorization found) {
		return switch ((tokenType != null) ? tokenType.getValue() : "") {
			case OAuth2ParameterNames.CODE -> CodeType.AUTHORIZATION_CODE;
			case OAuth2ParameterNames.REFRESH_TOKEN -> CodeType.REFRESH_TOKEN;
			case OAuth2ParameterNames.DEVICE_CODE -> CodeType.DEVICE_CODE;
			case OAuth2ParameterNames.USER_CODE -> CodeType.USER_CODE;
			case OAuth2ParameterNames.STATE -> stateOf(found);
			default -> null;
		};
	}

	/**
	 * Returns when a pushed request expires: the server writes the time into its state.
	 */
	private static @Nullable Instant expiryOfState(String state) {
		Matcher matcher = PUSHED_STATE.matcher(state);
		return matcher.matches() ? Instant.ofEpochMilli(Long.parseLong(matcher.group(1))) : null;
	}

	/**
	 * Returns what the state of an authorization stands for. A pushed request has no user
	 * yet.
	 */
	static CodeType stateOf(OAuth2Authorization authorization) {
		return (authorization.getAttribute(Principal.class.getName()) != null) ? CodeType.CONSENT
				: CodeType.PUSHED_REQUEST;
	}

	/**
	 * Returns the token of an authorization that a kind of code is, or {@code null} if it
	 * has none. A state is no token.
	 */
	static OAuth2Authorization.@Nullable Token<? extends OAuth2Token> token(CodeType type,
			OAuth2Authorization authorization) {
		return switch (type) {
			case AUTHORIZATION_CODE -> authorization.getToken(OAuth2AuthorizationCode.class);
			case REFRESH_TOKEN -> authorization.getToken(OAuth2RefreshToken.class);
			case DEVICE_CODE -> authorization.getToken(OAuth2DeviceCode.class);
			case USER_CODE -> authorization.getToken(OAuth2UserCode.class);
			case CONSENT, PUSHED_REQUEST -> null;
		};
	}

	CodeType type() {
		return this.type;
	}

	/**
	 * Returns the type of the code as the server asks for it.
	 */
	String tokenType() {
		return switch (this.type) {
			case AUTHORIZATION_CODE -> OAuth2ParameterNames.CODE;
			case REFRESH_TOKEN -> OAuth2ParameterNames.REFRESH_TOKEN;
			case DEVICE_CODE -> OAuth2ParameterNames.DEVICE_CODE;
			case USER_CODE -> OAuth2ParameterNames.USER_CODE;
			case CONSENT, PUSHED_REQUEST -> OAuth2ParameterNames.STATE;
		};
	}

	boolean usedBefore() {
		return this.usedBefore;
	}

	String value() {
		return this.value;
	}

	byte @Nullable [] pending() {
		return this.pending;
	}

	/**
	 * Returns whether the code is used up by what is about to be saved.
	 */
	boolean isUsedUpBy(OAuth2Authorization saved) {
		OAuth2Authorization.Token<?> token = token(this.type, saved);
		return !this.usedBefore && switch (this.type) {
			case AUTHORIZATION_CODE, DEVICE_CODE, USER_CODE -> token != null && token.isInvalidated();
			case REFRESH_TOKEN -> token == null || !this.value.equals(token.getToken().getTokenValue());
			case CONSENT, PUSHED_REQUEST -> !this.value.equals(saved.getAttribute(OAuth2ParameterNames.STATE));
		};
	}

	/**
	 * Returns whether tokens are revoked by what is about to be saved because a code came
	 * again that had been used.
	 */
	boolean isReuseIn(OAuth2Authorization saved) {
		OAuth2Authorization.Token<?> access = saved.getAccessToken();
		return this.usedBefore && this.type == CodeType.AUTHORIZATION_CODE && access != null && access.isInvalidated();
	}

	/**
	 * Returns whether a code that is used up has led to anything: a code that expired, or
	 * that a user denied, is only invalidated.
	 */
	boolean handsOutBy(OAuth2Authorization saved) {
		return (this.type != CodeType.AUTHORIZATION_CODE && this.type != CodeType.DEVICE_CODE)
				|| saved.getAccessToken() != null;
	}

	/**
	 * Returns how long a claim lasts: until the code would have expired. A request that
	 * found the code unused can be no older than the code.
	 * @param reuseDetection how long a refresh token stays claimed at most
	 */
	Duration lifeOfClaim(Duration reuseDetection) {
		boolean refresh = this.type == CodeType.REFRESH_TOKEN;
		Duration longest = refresh ? reuseDetection : LONGEST_CLAIM;
		Duration life = refresh ? longest : CLAIM_WITHOUT_EXPIRY;
		if (this.expiry != null) {
			Duration rest = Duration.between(Instant.now(), this.expiry);
			life = (rest.compareTo(longest) > 0) ? longest : rest;
		}
		return (life.isNegative() ? Duration.ZERO : life).plus(MARGIN);
	}

	boolean isExpired() {
		return this.expiry != null && Instant.now().isAfter(this.expiry);
	}

	@Override
	public String toString() {
		return "CodeUse[" + this.type + ", hidden]";
	}

}
