package io.github.oauth2state.rollout;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.RolloutRequest;
import io.github.oauth2state.web.BrowserRequest;

/**
 * A login for which a path is being chosen. The browser is given an id only if someone
 * asks for it.
 */
final class BeginningLogin implements RolloutRequest {

	private final @Nullable String registrationId;

	private final BrowserRequest browser;

	private final Function<String, @Nullable Object> attributes;

	private final BrowserIdCookie cookie;

	private @Nullable String created;

	BeginningLogin(@Nullable String registrationId, BrowserRequest browser,
			Function<String, @Nullable Object> attributes, BrowserIdCookie cookie) {
		this.registrationId = registrationId;
		this.browser = browser;
		this.attributes = attributes;
		this.cookie = cookie;
	}

	@Override
	public @Nullable String registrationId() {
		return this.registrationId;
	}

	@Override
	public String browserId() {
		return this.cookie.find(this.browser).orElseGet(this::created);
	}

	private String created() {
		if (this.created == null) {
			this.created = BrowserIdCookie.create();
		}
		return this.created;
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.attributes.apply(name);
	}

	/**
	 * Returns the cookie that makes the browser keep its id, if it was just given one.
	 */
	List<ResponseCookie> issuedCookies() {
		return (this.created != null) ? List.of(this.cookie.issue(this.created, this.browser)) : List.of();
	}

	/**
	 * Returns the cookie that takes the id from the browser, if it has one.
	 */
	List<ResponseCookie> clearedCookies() {
		return this.cookie.isPresent(this.browser) ? List.of(this.cookie.clear(this.browser)) : List.of();
	}

}
