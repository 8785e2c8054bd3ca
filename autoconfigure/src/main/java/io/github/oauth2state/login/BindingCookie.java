package io.github.oauth2state.login;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

/**
 * What a binding cookie says: this browser began that login.
 * <p>
 * A value is {@code <version><status>.<secret>.<issued>.<registration>.<restart path>}
 * and, for a login whose callback is posted, {@code .<callback path>}. A reader accepts
 * the next version too, which adds fields behind an empty callback path if need be, and
 * skips those, so that instances of two releases can run side by side. Whatever does not
 * look like one, is none. The time in it never refuses or grants anything: it orders
 * evictions, and names an outcome once the store said that there is no record.
 *
 * @param pending whether the login is pending; once it is called back the cookie stays
 * for a short while, without its secret, as a mark that it was used
 * @param secret what binds the record to this browser; or, where the record is nowhere
 * else, the record itself, sealed, after the id of its key and '~'; empty in a used mark
 * @param issued when the login began, on the clock of the instance that began it
 * @param registrationId the client registration, as the cookie has it
 * @param restartPath where this app begins the login anew
 * @param callbackPath where the provider posts the callback to, or {@code null} if the
 * callback is a GET
 */
record BindingCookie(boolean pending, String secret, Instant issued, String registrationId, String restartPath,
		@Nullable String callbackPath) {

	private static final int SECRET_LENGTH = 32;

	private static final int MAX_LENGTH = 4096;

	private static final int MAX_RESTART_PATH_LENGTH = 512;

	private static final Pattern VALUE = Pattern.compile(
			"""
					(?<version>[12])(?<status>[pu])\\.(?<secret>[A-Za-z0-9_-]{0,43}|[A-Za-z0-9_-]{1,16}~[A-Za-z0-9_-]+)\\.(?<issued>[0-9a-z]{1,8})\
					\\.(?<registration>[A-Za-z0-9_-]*)\\.(?<restart>[A-Za-z0-9_-]*)(\\.(?<callback>[A-Za-z0-9_-]*))?\
					(?<added>\\.[A-Za-z0-9_.-]*)?""");

	private static final SecureRandom RANDOM = new SecureRandom();

	static BindingCookie begin(OAuth2AuthorizationRequest request, String path, Instant now) {
		byte[] secret = new byte[SECRET_LENGTH];
		RANDOM.nextBytes(secret);
		String registrationId = request.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
		return new BindingCookie(true, Base64.getUrlEncoder().withoutPadding().encodeToString(secret), now,
				(registrationId != null) ? registrationId : "", restartPath(path), callbackPath(request));
	}

	/**
	 * Puts the record into the cookie.
	 * @param sealed the sealed record
	 * @return the cookie that has it
	 */
	BindingCookie carrying(String sealed) {
		return new BindingCookie(this.pending, sealed, this.issued, this.registrationId, this.restartPath,
				this.callbackPath);
	}

	boolean carriesRecord() {
		return this.secret.indexOf('~') > 0;
	}

	private static String restartPath(String path) {
		if (path.length() <= MAX_RESTART_PATH_LENGTH && LocalPath.isLocal(path)) {
			return path;
		}
		String withoutQuery = path.replaceFirst("\\?.*", "");
		return (withoutQuery.length() <= MAX_RESTART_PATH_LENGTH && LocalPath.isLocal(withoutQuery)) ? withoutQuery
				: "/";
	}

	private static @Nullable String callbackPath(OAuth2AuthorizationRequest request) {
		boolean posted = "form_post".equals(request.getAdditionalParameters().get("response_mode"));
		return (posted && request.getRedirectUri() != null) ? URI.create(request.getRedirectUri()).getPath() : null;
	}

	static Optional<BindingCookie> parse(String value) {
		Matcher matcher = VALUE.matcher(value);
		if (value.length() > MAX_LENGTH || !matcher.matches() || hasUnknownFields(matcher)) {
			return Optional.empty();
		}
		try {
			BindingCookie cookie = new BindingCookie("p".equals(matcher.group("status")), matcher.group("secret"),
					Instant.ofEpochSecond(Long.parseLong(matcher.group("issued"), 36)),
					decode(matcher.group("registration")), decode(matcher.group("restart")), callbackPath(matcher));
			return Optional.of(cookie).filter((parsed) -> LocalPath.isLocal(parsed.restartPath()));
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private static boolean hasUnknownFields(Matcher matcher) {
		return matcher.group("added") != null && matcher.group("version").equals("1");
	}

	private static @Nullable String callbackPath(Matcher matcher) {
		String path = matcher.group("callback");
		boolean leftOut = path == null || (path.isEmpty() && matcher.group("added") != null);
		return leftOut ? null : decode(path);
	}

	String format() {
		String value = "1%s.%s.%s.%s.%s".formatted(this.pending ? "p" : "u", this.secret,
				Long.toString(this.issued.getEpochSecond(), 36), encode(this.registrationId), encode(this.restartPath));
		return (this.callbackPath != null) ? value + "." + encode(this.callbackPath) : value;
	}

	BindingCookie used() {
		return new BindingCookie(false, "", this.issued, this.registrationId, this.restartPath, this.callbackPath);
	}

	private static String encode(String text) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String decode(String text) {
		return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
	}

	@Override
	public String toString() {
		return "BindingCookie[hidden]";
	}

}
