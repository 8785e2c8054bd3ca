package io.github.oauth2state.rollout;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.RolloutRequest;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

/**
 * Decides for each login, once and when it begins, whether it takes the path that is
 * being rolled out. Thread-safe.
 */
public final class Rollout {

	private static final SafeLog failures = new SafeLog(Rollout.class);

	private final Percentage configured;

	private final @Nullable ClusterPercentage cluster;

	private final @Nullable RolloutDecider decider;

	private final String namespace;

	private final BrowserIdCookie cookie;

	Rollout(Percentage configured, @Nullable ClusterPercentage cluster, @Nullable RolloutDecider decider,
			String namespace, CookieSettings cookies) {
		this.configured = configured;
		this.cluster = cluster;
		this.decider = decider;
		this.namespace = namespace;
		this.cookie = new BrowserIdCookie(namespace, cookies);
	}

	/**
	 * Decides which path a login takes.
	 * @param registrationId the client registration, if there is one
	 * @param browser the HTTP request that begins the login
	 * @param attributes reads the request's attributes
	 * @return the decision
	 */
	public Decision decide(@Nullable String registrationId, BrowserRequest browser,
			Function<String, @Nullable Object> attributes) {
		Login login = new Login(registrationId, browser, attributes);
		if (this.decider != null) {
			try {
				boolean rolledOut = this.decider.isRolledOut(login);
				return new Decision(rolledOut, login.cookies());
			}
			catch (RuntimeException ex) {
				failures.write((log) -> {
					log.warn("The rollout decider failed, so the percentage decides: " + ex.getClass().getName());
					log.debug("The rollout decider failed", ex);
				});
			}
		}
		return decideByPercentage(login);
	}

	private Decision decideByPercentage(Login login) {
		Percentage current = current();
		if (current.isNobody() || current.isEverybody()) {
			// A decider that failed needs the id for the next login
			return new Decision(current.isEverybody(),
					(this.decider != null) ? login.cookies() : login.expiredCookies());
		}
		boolean rolledOut = current.includes(this.namespace, login.browserId());
		return new Decision(rolledOut, login.cookies());
	}

	private Percentage current() {
		return (this.cluster != null) ? this.cluster.current() : this.configured;
	}

	/**
	 * Tells whether any login may take the path that is being rolled out.
	 * @return whether one may
	 */
	public boolean mayRollOut() {
		return this.decider != null || !current().isNobody();
	}

	/**
	 * Tells whether a {@link RolloutDecider} decides instead of the percentage.
	 * @return whether there is a decider
	 */
	public boolean hasDecider() {
		return this.decider != null;
	}

	/**
	 * Describes what decides at startup, for a log line.
	 * @return a text
	 */
	public String describe() {
		return (this.decider != null) ? "by " + this.decider.getClass().getName() : this.configured + " % of browsers";
	}

	/**
	 * Returns the percentage that is in force, which a {@link RolloutDecider} overrides.
	 * Never waits.
	 * @return the percentage that was set at run time, otherwise the configured one
	 */
	public BigDecimal percentage() {
		return current().value();
	}

	/**
	 * Returns the percentage that this instance is configured with.
	 * @return the value of {@code oauth2-state.rollout.percentage}
	 */
	public BigDecimal configuredPercentage() {
		return this.configured.value();
	}

	/**
	 * Returns the percentage that was set at run time for all instances, as far as this
	 * instance knows. Never waits.
	 * @return the percentage, or empty if the configured one is in force
	 */
	public Optional<BigDecimal> percentageSetAtRuntime() {
		return Optional.ofNullable(this.cluster).flatMap(ClusterPercentage::setAtRuntime).map(Percentage::value);
	}

	/**
	 * Tells whether the percentage can be set at run time.
	 * @return whether {@link #setPercentage} works
	 */
	public boolean canSetPercentage() {
		return this.cluster != null;
	}

	/**
	 * Tells whether a text is a percentage.
	 * @param text the text
	 * @return whether it is a number from 0 to 100 with up to six decimals
	 */
	public static boolean isPercentage(String text) {
		return Percentage.parse(text).isPresent();
	}

	/**
	 * Sets the percentage for all instances. It applies here at once, and everywhere
	 * within five seconds.
	 * @param text a number from 0 to 100 with up to six decimals, or {@code null} to
	 * clear what was set, so that each instance follows its configuration again
	 * @throws IllegalArgumentException if the text is not a percentage
	 * @throws IllegalStateException if the percentage cannot be set at run time
	 * @throws StateStoreException if the store failed; the percentage may be set even so
	 */
	public void setPercentage(@Nullable String text) {
		if (text != null && !isPercentage(text)) {
			throw new IllegalArgumentException("A percentage is a number from 0 to 100, with up to six decimals");
		}
		if (this.cluster == null) {
			throw new IllegalStateException("The percentage cannot be set at run time");
		}
		this.cluster.set((text != null) ? Percentage.parse(text).orElseThrow() : null);
	}

	/**
	 * What was decided for a login.
	 *
	 * @param rolledOut whether the login takes the path that is being rolled out
	 * @param cookies the cookies to set, which keep the browser on its path
	 */
	public record Decision(boolean rolledOut, List<ResponseCookie> cookies) {
	}

	/**
	 * What a decider may know of a login. The browser gets an id only if one is needed.
	 */
	private final class Login implements RolloutRequest {

		private final @Nullable String registrationId;

		private final BrowserRequest browser;

		private final Function<String, @Nullable Object> attributes;

		private @Nullable String newId;

		Login(@Nullable String registrationId, BrowserRequest browser, Function<String, @Nullable Object> attributes) {
			this.registrationId = registrationId;
			this.browser = browser;
			this.attributes = attributes;
		}

		@Override
		public @Nullable String registrationId() {
			return this.registrationId;
		}

		@Override
		public String browserId() {
			return Rollout.this.cookie.read(this.browser).orElseGet(this::newId);
		}

		private String newId() {
			if (this.newId == null) {
				this.newId = BrowserIdCookie.newId();
			}
			return this.newId;
		}

		@Override
		public @Nullable Object attribute(String name) {
			return this.attributes.apply(name);
		}

		private List<ResponseCookie> cookies() {
			return (this.newId != null) ? List.of(Rollout.this.cookie.create(this.newId, this.browser)) : List.of();
		}

		private List<ResponseCookie> expiredCookies() {
			return Rollout.this.cookie.isPresent(this.browser)
					? List.of(Rollout.this.cookie.createExpired(this.browser)) : List.of();
		}

	}

}
