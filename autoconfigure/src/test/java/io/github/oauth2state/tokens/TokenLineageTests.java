package io.github.oauth2state.tokens;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenLineage}.
 */
class TokenLineageTests {

	@Test
	void whatIsNotedOfOneTokenStaysWhenOthersAreNoted() {
		TokenLineage.noteDescent("a1", "a2");
		TokenLineage.noteDescent("b1", "b2");
		assertThat(TokenLineage.takeAncestors("b2")).hasValueSatisfying((digests) -> assertThat(digests).hasSize(1));
		assertThat(TokenLineage.takeAncestors("a2"))
			.hasValueSatisfying((digests) -> assertThat(digests).containsExactly(TokenLineage.digest("a1")));
		assertThat(TokenLineage.takeAncestors("a2")).isEmpty();
	}

	@Test
	void whatIsNotedTwiceLastsForTwoSaves() {
		TokenLineage.noteDescent("c1", "c2");
		TokenLineage.noteDescent("c1", "c2");
		assertThat(TokenLineage.takeAncestors("c2")).isPresent();
		assertThat(TokenLineage.takeAncestors("c2")).isPresent();
		assertThat(TokenLineage.takeAncestors("c2")).isEmpty();
	}

	@Test
	void stepsAddUp() {
		TokenLineage.noteDescent("d1", "d2");
		TokenLineage.noteDescent("d2", "d3");
		assertThat(TokenLineage.isAncestor("d1", "d3")).isTrue();
		assertThat(TokenLineage.isAncestor("d3", "d1")).isFalse();
		assertThat(TokenLineage.isAncestor("d3", "d3")).isFalse();
		TokenLineage.noteDescent("d1", "d4");
		assertThat(TokenLineage.takeAncestors("d4"))
			.hasValueSatisfying((digests) -> assertThat(digests).containsExactlyInAnyOrder(TokenLineage.digest("d1"),
					TokenLineage.digest("d2"), TokenLineage.digest("d3")));
	}

	@Test
	void whatCameFromATokenIsNotAmongItsAncestors() {
		TokenLineage.noteDescent("g1", "g2");
		TokenLineage.noteDescent("g1", "g1");
		assertThat(TokenLineage.isAncestor("g2", "g1")).isFalse();
		assertThat(TokenLineage.takeAncestors("g1"))
			.hasValueSatisfying((digests) -> assertThat(digests).containsExactly(TokenLineage.digest("g1")));
	}

	@Test
	void threadThatNeverSavesRemembersLittle() {
		for (int i = 0; i < 1000; i++) {
			TokenLineage.noteDescent("e" + i, "f" + i);
		}
		assertThat(TokenLineage.takeAncestors("f0")).isEmpty();
		assertThat(TokenLineage.takeAncestors("f999")).isPresent();
	}

	@Test
	void refusalInsideARefusalEndsBeforeTheOuterOne() {
		TokenLineage.whileRefused("one", "alice", "r1", () -> {
			TokenLineage.whileRefused("two", "alice", "r2", () -> {
				assertThat(TokenLineage.refused("two", "alice")).contains(TokenLineage.digest("r2"));
				assertThat(TokenLineage.refused("one", "alice")).isEmpty();
			});
			assertThat(TokenLineage.refused("one", "alice")).contains(TokenLineage.digest("r1"));
		});
		assertThat(TokenLineage.refused("one", "alice")).isEmpty();
	}

	@Test
	void refusalIsThatOfOneClientOfOneUser() {
		TokenLineage.whileRefused("one", "alice", "r1", () -> {
			assertThat(TokenLineage.refused("two", "alice")).isEmpty();
			assertThat(TokenLineage.refused("one", "bob")).isEmpty();
		});
	}

}
