package io.github.oauth2state.refresh;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.refresh.TestInstance.Stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A refresh over records that others change all the time ends, and does not keep the
 * store busy until then.
 */
@Timeout(30)
@ParameterizedClass
@EnumSource
class SingleFlightLoopTests {

	private final Stack stack;

	private static final RefreshProperties SETTINGS = TestInstance.properties(Duration.ofSeconds(1),
			Duration.ofSeconds(1), Duration.ofSeconds(2));

	private final Restless store = new Restless();

	private final StrictProvider provider = new StrictProvider();

	private final TestInstance instance;

	SingleFlightLoopTests(Stack stack) {
		this.stack = stack;
		this.instance = stack.instance(this.store, this.provider, SETTINGS, null);
	}

	@Test
	void recordThatCannotBeReadAndChangesAllTheTimeIsGivenUp() {
		this.store.restless = true;
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.instance.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(this.instance.takeOutcomes()).containsExactly(TokenRefreshOutcome.TIMED_OUT);
		assertThat(this.provider.calls).hasValue(0);
		assertThat(this.store.calls.get()).isLessThan(100);
	}

	@Test
	void leaseThatIsAnotherOneAtEachLookIsGivenUp() {
		this.store.restless = true;
		this.store.leases = true;
		assertThatExceptionOfType(OAuth2AuthorizationException.class).isThrownBy(() -> this.instance.refresh("f.0"))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("temporarily_unavailable"));
		assertThat(this.store.calls.get()).isLessThan(100);
	}

	@Test
	void resultThatCannotBeLeftIsUsedAllTheSame() {
		this.provider.during = () -> this.store.restless = true;
		assertThat(Responses.refreshToken(this.instance.refresh("f.0"))).isEqualTo("f.1");
		assertThat(this.provider.calls).hasValue(1);
		assertThat(this.store.calls.get()).isLessThan(100);
	}

	@Test
	void resultThatCouldNotBeLeftIsOfferedAsSoonAsItCan() {
		this.provider.during = () -> this.store.restless = true;
		String token = Responses.token(this.instance.refresh("f.0"));
		this.store.restless = false;
		this.store.delegate.forget();
		Together.sleep(1000);
		TestInstance other = this.stack.instance(this.store, this.provider, SETTINGS, null);
		assertThat(Responses.token(other.refresh("f.0"))).isEqualTo(token);
		assertThat(this.provider.calls).hasValue(1);
	}

	/**
	 * A store with a neighbour that writes before each of our writes.
	 */
	private static final class Restless implements StateStore {

		private final SpiedStore delegate = new SpiedStore();

		private final AtomicInteger calls = new AtomicInteger();

		private volatile boolean restless;

		private volatile boolean leases;

		@Override
		public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			return this.restless ? Optional.of(theirs()) : this.delegate.putIfAbsent(key, value, ttl);
		}

		@Override
		public Optional<byte[]> find(StateKey key) {
			return this.restless ? Optional.of(theirs()) : this.delegate.find(key);
		}

		private byte[] theirs() {
			int call = this.calls.incrementAndGet();
			return this.leases ? StoredRefresh.newLease() : ("unreadable " + call).getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public Optional<byte[]> take(StateKey key) {
			return this.delegate.take(key);
		}

		@Override
		public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			this.calls.incrementAndGet();
			return !this.restless && this.delegate.replace(key, expected, value, ttl);
		}

		@Override
		public boolean remove(StateKey key, byte[] expected) {
			return !this.restless && this.delegate.remove(key, expected);
		}

	}

}
