package io.github.oauth2state.authorizationserver;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.NestedExceptionUtils;

import io.github.oauth2state.support.PeriodicTask;
import io.github.oauth2state.support.SafeLog;

/**
 * Removes, at intervals, authorizations that nobody can use any more. All instances may
 * do so at once.
 * <p>
 * An authorization goes when all its codes and tokens expired longer ago than the
 * retention. One that waits for a consent page, or for a pushed request to be used, has
 * no expiry. The first run that sees it gives it one.
 */
final class AuthorizationCleanup extends PeriodicTask {

	private static final Log logger = LogFactory.getLog(AuthorizationCleanup.class);

	private final List<AuthorizationTable> tables;

	private final AuthorizationServerProperties.Cleanup settings;

	private final InstantSource clock;

	/**
	 * Creates a cleanup.
	 * @param tables the tables to clean
	 * @param settings how, with values that were checked
	 * @param clock tells the time
	 */
	AuthorizationCleanup(List<AuthorizationTable> tables, AuthorizationServerProperties.Cleanup settings,
			InstantSource clock) {
		super("oauth2-state-authorization-cleanup", settings.interval());
		this.tables = tables;
		this.settings = settings;
		this.clock = clock;
	}

	@Override
	protected Duration firstDelay() {
		return randomDelay();
	}

	@Override
	protected void run() {
		this.tables.forEach(this::clean);
	}

	private void clean(AuthorizationTable table) {
		Instant now = this.clock.instant();
		Instant before = now.minus(this.settings.retention());
		long deadline = System.nanoTime() + this.settings.maxDuration().toNanos();
		try {
			int removed = inBatches(() -> table.findExpired(before), (ids) -> table.removeExpired(ids, before),
					deadline);
			int dated = inBatches(table::findUndated,
					(ids) -> table.date(ids, now.plus(this.settings.consentTimeout())), deadline);
			if (removed + dated > 0 && logger.isDebugEnabled()) {
				logger.debug("Removed %d expired authorizations, and noted the expiry of %d that have only a state"
					.formatted(removed, dated));
			}
		}
		catch (RuntimeException ex) {
			if (isRunning()) {
				logger.warn("Cannot remove expired authorizations, trying again in " + this.settings.interval() + ": "
						+ describe(ex));
			}
		}
	}

	/**
	 * Works until nothing is found, or the time is over. Rows that were found and stay as
	 * they are were changed by others, and are left to the next run.
	 */
	private int inBatches(Supplier<List<String>> find, ToIntFunction<List<String>> work, long deadline) {
		int total = 0;
		int changed;
		List<String> found;
		do {
			found = find.get();
			changed = 0;
			for (int from = 0; from < found.size()
					&& (from == 0 || goesOn(deadline)); from += this.settings.batchSize()) {
				int to = Math.min(from + this.settings.batchSize(), found.size());
				long begun = System.nanoTime();
				changed += work.applyAsInt(found.subList(from, to));
				if (to < found.size()) {
					pauseAfter(System.nanoTime() - begun);
				}
			}
			total += changed;
		}
		while (found.size() == AuthorizationTable.READ_AHEAD && changed > 0 && goesOn(deadline));
		return total;
	}

	private boolean goesOn(long deadline) {
		return isRunning() && System.nanoTime() - deadline < 0;
	}

	/**
	 * Leaves out messages, as those of drivers may contain data.
	 */
	private static String describe(RuntimeException failure) {
		String state = (NestedExceptionUtils.getMostSpecificCause(failure) instanceof SQLException ex)
				? ", SQLState " + ex.getSQLState() : "";
		return SafeLog.describe(failure) + state;
	}

}
