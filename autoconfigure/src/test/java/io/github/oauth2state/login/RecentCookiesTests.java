package io.github.oauth2state.login;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecentCookies}.
 */
class RecentCookiesTests {

	private static final int SIZE = 100;

	private final AtomicLong time = new AtomicLong();

	private final RecentCookies recent = new RecentCookies(3, this.time::get);

	/**
	 * Otherwise a site could make the browser lose the login that the user starts.
	 */
	@Test
	void requestsOfAnotherSiteEvictOnlyEachOther() {
		assertThat(this.recent.add(1, "own", SIZE, 0, Set.of(), false)).isEmpty();
		for (int i = 0; i < 20; i++) {
			assertThat(this.recent.add(1, "caused-" + i, SIZE, 0, Set.of(), true)).hasSizeLessThanOrEqualTo(16)
				.allMatch((name) -> name.startsWith("caused-"));
		}
		assertThat(this.recent.add(1, "next", SIZE, 0, Set.of(), true)).contains("caused-17");
	}

	@Test
	void cookiesWithinTheLimitStay() {
		for (String name : List.of("a", "b", "c")) {
			assertThat(add(1, name, Set.of())).isEmpty();
		}
	}

	@Test
	void oldestThatTheBrowserHasNotShownIsClearedByAllThatFollow() {
		List.of("a", "b", "c").forEach((name) -> add(1, name, Set.of()));
		assertThat(add(1, "d", Set.of())).containsExactly("a");
		assertThat(add(1, "e", Set.of())).containsExactly("b", "a");
	}

	@Test
	void cookiesThatTheBrowserShowsAreEvictedByWhatItShows() {
		List.of("a", "b", "c").forEach((name) -> add(1, name, Set.of()));
		assertThat(add(1, "d", Set.of("a", "b", "c", "other"))).isEmpty();
	}

	@Test
	void largeCookiesCountByTheirSize() {
		assertThat(this.recent.add(1, "a", 3000, 0, Set.of(), false)).isEmpty();
		assertThat(this.recent.add(1, "b", 3000, 0, Set.of(), false)).containsExactly("a");
		assertThat(this.recent.add(2, "only", 5000, 0, Set.of(), false)).as("the one that begins stays").isEmpty();
	}

	@Test
	void browserThatSendsItsRequestAfterTheOthersWereAnsweredHasNoneOfThem() {
		List.of("a", "b", "c").forEach((name) -> add(1, name, Set.of()));
		this.time.addAndGet(Duration.ofSeconds(18).toNanos());
		assertThat(this.recent.add(1, "d", SIZE, Duration.ofSeconds(16).toNanos(), Set.of(), false)).isEmpty();
	}

	@Test
	void requestMayHaveBeenOnItsWayWhenTheOthersWereAnswered() {
		List.of("a", "b", "c").forEach((name) -> add(1, name, Set.of()));
		this.time.addAndGet(Duration.ofSeconds(14).toNanos());
		assertThat(this.recent.add(1, "d", SIZE, Duration.ofSeconds(1).toNanos(), Set.of(), false))
			.containsExactly("a");
	}

	@Test
	void sendersAreToldApart() {
		List.of("a", "b", "c").forEach((name) -> add(1, name, Set.of()));
		assertThat(add(2, "d", Set.of())).isEmpty();
	}

	@Test
	void memoryIsShort() {
		List.of("a", "b", "c").forEach((name) -> add(1, name, Set.of()));
		this.time.addAndGet(Duration.ofSeconds(21).toNanos());
		assertThat(add(1, "d", Set.of())).isEmpty();
	}

	@Test
	void answerClearsNoMoreThanSixteen() {
		for (int i = 0; i < 100; i++) {
			assertThat(add(1, "name-" + i, Set.of())).hasSizeLessThanOrEqualTo(16);
			assertThat(this.recent.add(2, "large-" + i, 2200, 0, Set.of(), false)).hasSizeLessThanOrEqualTo(4);
		}
	}

	@Test
	void memoryIsBoundedHoweverManySendersThereAre() {
		List.of("a", "b", "c").forEach((name) -> add(1, name, Set.of()));
		for (int sender = 2; sender < 2000; sender++) {
			add(sender, "x", Set.of());
		}
		assertThat(add(1, "d", Set.of())).as("the first sender is forgotten").isEmpty();
	}

	private List<String> add(int sender, String name, Set<String> shown) {
		return this.recent.add(sender, name, SIZE, 0, shown, false);
	}

}
