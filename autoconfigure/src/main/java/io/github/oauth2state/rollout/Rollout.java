package io.github.oauth2state.rollout;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.support.LimitedLog;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

/**
 * Decides for each login, once and as it begins, whether it takes the path that is being
 * rolled out. Thread-safe.
 */
public final class Rollout {

	private static final LimitedLog failures = new LimitedLog(Rollout.class);

	private final RolloutPercentage percentage;

	private final @Nullable RolloutDecider decider;

	private final String namespace;

	private final BrowserIdCookie cookie;

	Rollout(RolloutPercentage percentage, @Nullable RolloutDecider decider, String namespace, CookieSettings cookies) {
		this.percentage = percentage;
		this.decider = decider;
		this.namespace = namespace;
		this.cookie = new BrowserIdCookie(namespace, cookies);
	}

	/**
	 * Decides.
	 * @param registrationId the client registration, if there is one
	 * @param browser the HTTP request that begins the login
	 * @param attributes reads the request's attributes
	 * @return the decision
	 */
	public Decision decide(@Nullable String registrationId, BrowserRequest browser,
			Function<String, @Nullable Object> attributes) {
		BeginningLogin login = new BeginningLogin(registrationId, browser, attributes, this.cookie);
		if (this.decider != null) {
			try {
				boolean rolledOut = this.decider.isRolledOut(login);
				return new Decision(rolledOut, login.issuedCookies());
			}
			catch (RuntimeException ex) {
				failures.write((log) -> {
					log.warn("The percentage decides, as the decider failed: " + ex.getClass().getName());
					log.debug("The decider failed", ex);
				});
			}
		}
		return decideByPercentage(login);
	}

	/**
	 * Tells whether any login may take the path that is being rolled out.
	 * @return whether one may
	 */
	public boolean mayRollOut() {
		return this.decider != null || !this.percentage.current().isNobody();
	}

	private Decision decideByPercentage(BeginningLogin login) {
		Percentage current = this.percentage.current();
		if (current.isNobody() || current.isEverybody()) {
			// A decider that failed needs the id the next time
			return new Decision(current.isEverybody(),
					(this.decider != null) ? login.issuedCookies() : login.clearedCookies());
		}
		boolean rolledOut = current.includes(this.namespace, login.browserId());
		return new Decision(rolledOut, login.issuedCookies());
	}

	/**
	 * Returns the percentage that is in force, also where it has no say because a decider
	 * has.
	 * @return the percentage
	 */
	public RolloutPercentage percentage() {
		return this.percentage;
	}

	/**
	 * Tells who decides at startup, for a log line.
	 * @return a text
	 */
	public String describe() {
		return (this.decider != null) ? "by " + this.decider.getClass().getName()
				: this.percentage.configured() + " % of browsers";
	}

	/**
	 * Tells whether a {@link RolloutDecider} decides in the place of the percentage.
	 * @return whether there is one
	 */
	public boolean hasDecider() {
		return this.decider != null;
	}

	/**
	 * What was decided.
	 *
	 * @param rolledOut whether the login takes the path that is being rolled out
	 * @param cookies what to tell the browser, so that it stays on its path
	 */
	public record Decision(boolean rolledOut, List<ResponseCookie> cookies) {
	}

}
