package io.github.oauth2state.login;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Remembers for a moment which binding cookies were issued to a sender. Requests that a
 * browser sends at once, for example when it reopens all tabs, do not show each other's
 * cookies, so each of them alone would find that there is room. Then the browser would
 * have more cookies than servers accept.
 * <p>
 * Senders are told apart by headers that other browsers may share. That is enough: at
 * worst a browser is told to delete cookies that it does not have, or one of two logins
 * that it starts at the same moment is lost. Only cookies count that were issued while
 * the request was under way, as the browser cannot have known them when it sent the
 * request. Thread-safe.
 */
final class RecentCookies {

	private static final Duration MEMORY = Duration.ofSeconds(20);

	private static final int MAX_SENDERS = 1000;

	private static final int MAX_COOKIES = 100;

	/**
	 * How long a request may have been under way before this app received it.
	 */
	private static final Duration ON_THE_WAY = Duration.ofSeconds(15);

	/**
	 * Answers overtake each other, so a cookie is cleared by several of them.
	 */
	private static final int TIMES_CLEARED = 16;

	private static final int MIN_TIMES_CLEARED = 4;

	/**
	 * In bytes. Proxies accept no more than about 4 KiB of headers in an answer.
	 */
	private static final int MAX_ISSUED_SIZE = 2600;

	private static final int CLEARING_SIZE = 110;

	private final int maxCount;

	private final LongSupplier nanoTime;

	private final Map<Integer, Deque<Issued>> bySender = new LinkedHashMap<>(16, 0.75f, true) {
		@Override
		protected boolean removeEldestEntry(Map.Entry<Integer, Deque<Issued>> eldest) {
			return size() > MAX_SENDERS;
		}
	};

	/**
	 * Creates a memory.
	 * @param maxCount how many logins one browser may have pending
	 * @param nanoTime the time in nanoseconds
	 */
	RecentCookies(int maxCount, LongSupplier nanoTime) {
		this.maxCount = maxCount;
		this.nanoTime = nanoTime;
	}

	/**
	 * Adds a cookie.
	 * @param sender to whom it is issued
	 * @param name its name
	 * @param size its size, in bytes
	 * @param received when the app received the request, in nanoseconds
	 * @param shown the names of the cookies that the request shows, which can be evicted
	 * as such
	 * @param crossSite whether another site causes the request; then only cookies go that
	 * are of such requests, too
	 * @return the names of cookies that were issued too recently for the request to show
	 * them and that must go
	 */
	synchronized List<String> add(int sender, String name, int size, long received, Set<String> shown,
			boolean crossSite) {
		long now = this.nanoTime.getAsLong();
		Deque<Issued> recent = this.bySender.computeIfAbsent(sender, (key) -> new ArrayDeque<>());
		recent.removeIf((issued) -> now - issued.nanoTime() > MEMORY.toNanos() || shown.contains(issued.name()));
		recent.addFirst(new Issued(name, size, now, crossSite));
		if (recent.size() > MAX_COOKIES) {
			recent.removeLast();
		}
		int room = Math.max(MIN_TIMES_CLEARED, Math.min(TIMES_CLEARED, (MAX_ISSUED_SIZE - size) / CLEARING_SIZE));
		List<String> cleared = new ArrayList<>();
		int count = 0;
		int total = 0;
		for (Iterator<Issued> all = recent.iterator(); all.hasNext();) {
			Issued issued = all.next();
			if (received - issued.nanoTime() > ON_THE_WAY.toNanos()) {
				break;
			}
			count++;
			total += issued.size();
			boolean tooMany = count > this.maxCount || total > BindingCookieJar.MAX_TOTAL_SIZE;
			if (count > 1 && tooMany && (!crossSite || issued.crossSite())) {
				if (cleared.size() < room) {
					cleared.add(issued.name());
				}
				else {
					all.remove();
				}
			}
		}
		return cleared;
	}

	private record Issued(String name, int size, long nanoTime, boolean crossSite) {
	}

}
