package io.github.oauth2state.rollout;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.RolloutRequest;
import io.github.oauth2state.login.BrowserRequest;
import io.github.oauth2state.login.LoginSettings;

/**
 * A login for which a path is being chosen. The browser is given an id only if someone
 * asks for it.
 */
final class BeginningLogin implements RolloutRequest {

	private final @Nullable String registrationId;

	private final BrowserRequest browser;

	private final Function<String, @Nullable Object> attributes;

	private final LoginSettings settings;

	private @Nullable String created;

	BeginningLogin(@Nullable String registrationId, BrowserRequest browser,
			Function<String, @Nullable Object> attributes, LoginSettings settings) {
		this.registrationId = registrationId;
		this.browser = browser;
		this.attributes = attributes;
		this.settings = settings;
	}

	@Override
	public @Nullable String registrationId() {
		return this.registrationId;
	}

	@Override
	public String browserId() {
		return BrowserId.find(this.browser, this.settings).orElseGet(this::created);
	}

	private String created() {
		if (this.created == null) {
			this.created = BrowserId.create();
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
		return (this.created != null) ? List.of(BrowserId.issue(this.created, this.browser, this.settings)) : List.of();
	}

	/**
	 * Returns the cookie that takes the id from the browser, if it has one.
	 */
	List<ResponseCookie> clearedCookies() {
		return BrowserId.isPresent(this.browser, this.settings) ? List.of(BrowserId.clear(this.browser, this.settings))
				: List.of();
	}

}
