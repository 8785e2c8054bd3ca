package io.github.oauth2state.sample;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import org.springframework.stereotype.Component;

import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;

/**
 * Remembers the last logout that reached this instance, and the number of sessions that
 * logouts have ended here. Users who log out at the app itself are not counted.
 */
@Component
class LogoutTracer implements LogoutListener {

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT)
		.withZone(ZoneOffset.UTC);

	private final InstanceName instance;

	private final Clock clock = Clock.systemUTC();

	private String last = "none yet";

	private String outcome = "none";

	private int sum;

	LogoutTracer(InstanceName instance) {
		this.instance = instance;
	}

	@Override
	public synchronized void onLogout(LogoutEvent event) {
		// Anyone can send tokens that are refused. These must not replace what users see.
		if (event.outcome() != LogoutOutcome.REFUSED) {
			this.last = TIME.format(this.clock.instant()) + ", " + kind(event);
			this.outcome = outcome(event);
			this.sum += event.sessions();
		}
	}

	synchronized Logouts read() {
		return new Logouts(this.instance.get(), this.last, this.outcome, this.sum);
	}

	private static String kind(LogoutEvent event) {
		return switch (event.kind()) {
			case LOGOUT_TOKEN -> "by the provider";
			case REFUSED_REFRESH -> "as a refresh was refused";
			case OPERATOR -> "by an operator";
		};
	}

	private static String outcome(LogoutEvent event) {
		return switch (event.outcome()) {
			case ENDED -> (event.sessions() == 1) ? "1 session ended" : event.sessions() + " sessions ended";
			case MARKED -> "each instance ends its own sessions";
			case UNKNOWN -> "no session found";
			case REPLAYED -> "refused, as it came before";
			case REFUSED -> "refused";
			case FAILED -> "failed, the provider may try again";
		};
	}

	/**
	 * What the page shows.
	 *
	 * @param instance which instance tells this
	 * @param last when the last logout came, and why
	 * @param outcome what came of it
	 * @param sum how many sessions have ended
	 */
	record Logouts(String instance, String last, String outcome, int sum) {
	}

}
