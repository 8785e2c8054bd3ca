package io.github.oauth2state.test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link StateStore} must do, as tests of JUnit. The tests of a store extend
 * this class and supply the store:
 *
 * <pre class="code">
 * class MyStateStoreTests extends StateStoreContract {
 *
 *     private static final StateStore store = new MyStateStore(...);
 *
 *     &#64;Override
 *     protected StateStore store() {
 *         return store;
 *     }
 *
 * }
 * </pre>
 *
 * Tests use keys of their own, so that the store may be shared and need not be empty. 32
 * threads contend for each of {@link #contendedRecords()}; the system property
 * {@code scale} multiplies their number.
 */
public abstract class StateStoreContract {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Duration SOON = Duration.ofMillis(40);

	private static final int SCALE = Integer.getInteger("scale", 1);

	/**
	 * Creates an instance, as JUnit does for each test.
	 */
	protected StateStoreContract() {
	}

	/**
	 * Returns the store to test.
	 * @return the same store throughout a test
	 */
	protected abstract StateStore store();

	/**
	 * Returns how many records all contenders try to take, when {@code scale} is 1.
	 * @return the number of records
	 */
	protected int contendedRecords() {
		return 1000;
	}

	@Test
	void putIfAbsentStoresWhereNothingIs() {
		StateKey key = randomKey();
		assertThat(store().putIfAbsent(key, bytes("value"), MINUTE)).isEmpty();
		assertThat(store().find(key)).contains(bytes("value"));
	}

	@Test
	void putIfAbsentReturnsWhatIsThereAndLeavesIt() {
		StateKey key = randomKey();
		store().putIfAbsent(key, bytes("first"), MINUTE);
		assertThat(store().putIfAbsent(key, bytes("second"), MINUTE)).contains(bytes("first"));
		assertThat(store().find(key)).contains(bytes("first"));
	}

	@Test
	void findAndTakeOfAnAbsentRecordGiveNothing() {
		assertThat(store().find(randomKey())).isEmpty();
		assertThat(store().take(randomKey())).isEmpty();
	}

	@Test
	void findLeavesTheRecord() {
		StateKey key = put("value");
		assertThat(store().find(key)).contains(bytes("value"));
		assertThat(store().find(key)).contains(bytes("value"));
	}

	@Test
	void takeRemovesTheRecord() {
		StateKey key = put("value");
		assertThat(store().take(key)).contains(bytes("value"));
		assertThat(store().take(key)).isEmpty();
		assertThat(store().find(key)).isEmpty();
	}

	@Test
	void putIfAbsentStoresAgainAfterTake() {
		StateKey key = put("first");
		store().take(key);
		assertThat(store().putIfAbsent(key, bytes("second"), MINUTE)).isEmpty();
		assertThat(store().take(key)).contains(bytes("second"));
	}

	@Test
	void replaceExchangesTheExpectedValue() {
		StateKey key = put("old");
		assertThat(store().replace(key, bytes("old"), bytes("new"), MINUTE)).isTrue();
		assertThat(store().find(key)).contains(bytes("new"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "ol", "older", "OLD", "old ", "new" })
	void replaceLeavesAnotherValue(String expected) {
		StateKey key = put("old");
		assertThat(store().replace(key, bytes(expected), bytes("new"), MINUTE)).isFalse();
		assertThat(store().find(key)).contains(bytes("old"));
	}

	@Test
	void replaceOfAnAbsentRecordStoresNothing() {
		StateKey key = randomKey();
		assertThat(store().replace(key, bytes(""), bytes("new"), MINUTE)).isFalse();
		assertThat(store().find(key)).isEmpty();
	}

	@Test
	void replaceByTheSameValueSucceeds() {
		StateKey key = put("same");
		assertThat(store().replace(key, bytes("same"), bytes("same"), MINUTE)).isTrue();
		assertThat(store().find(key)).contains(bytes("same"));
	}

	@Test
	void removeDeletesTheExpectedValue() {
		StateKey key = put("value");
		assertThat(store().remove(key, bytes("value"))).isTrue();
		assertThat(store().find(key)).isEmpty();
		assertThat(store().remove(key, bytes("value"))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "valu", "values", "VALUE", "value " })
	void removeLeavesAnotherValue(String expected) {
		StateKey key = put("value");
		assertThat(store().remove(key, bytes(expected))).isFalse();
		assertThat(store().find(key)).contains(bytes("value"));
	}

	@Test
	void expiredRecordIsAbsentForEveryCall() {
		List<StateKey> keys = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			keys.add(put("value", SOON));
		}
		keys.forEach(this::awaitExpiry);
		assertThat(store().take(keys.get(0))).isEmpty();
		assertThat(store().replace(keys.get(1), bytes("value"), bytes("new"), MINUTE)).isFalse();
		assertThat(store().remove(keys.get(2), bytes("value"))).isFalse();
		assertThat(store().putIfAbsent(keys.get(3), bytes("anew"), MINUTE)).isEmpty();
		assertThat(store().take(keys.get(3))).contains(bytes("anew"));
		assertThat(store().find(keys.get(1))).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 10, 100 })
	void shortTimesToLiveAreKept(long millis) {
		StateKey key = randomKey();
		long begun = System.nanoTime();
		store().putIfAbsent(key, bytes("value"), Duration.ofMillis(millis));
		awaitExpiry(key);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(millis - 1));
	}

	/**
	 * In milliseconds, most of these are more than 32 bits hold.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 25, 60, 400 })
	void aRecordLivesUpTo400Days(long days) {
		StateKey key = put("old", Duration.ofDays(days));
		assertThat(store().replace(key, bytes("old"), bytes("new"), Duration.ofDays(days))).isTrue();
		assertThat(store().take(key)).contains(bytes("new"));
	}

	@Test
	void replaceStartsTheLifeAnew() {
		StateKey prolonged = put("old", Duration.ofMillis(500));
		StateKey control = put("old", Duration.ofMillis(500));
		assertThat(store().replace(prolonged, bytes("old"), bytes("new"), MINUTE)).isTrue();
		awaitExpiry(control);
		assertThat(store().find(prolonged)).contains(bytes("new"));
	}

	@Test
	void replaceCanShortenTheLife() {
		StateKey key = put("old", MINUTE);
		assertThat(store().replace(key, bytes("old"), bytes("new"), SOON)).isTrue();
		awaitExpiry(key);
	}

	@Test
	void putIfAbsentThatFindsARecordDoesNotProlongIt() {
		StateKey key = put("value", Duration.ofMillis(300));
		assertThat(store().putIfAbsent(key, bytes("other"), MINUTE)).contains(bytes("value"));
		awaitExpiry(key);
	}

	@Test
	void emptyValueIsNotAbsence() {
		StateKey key = randomKey();
		assertThat(store().putIfAbsent(key, new byte[0], MINUTE)).isEmpty();
		assertThat(store().putIfAbsent(key, bytes("other"), MINUTE)).contains(new byte[0]);
		assertThat(store().find(key)).contains(new byte[0]);
		assertThat(store().replace(key, new byte[0], bytes("new"), MINUTE)).isTrue();
		assertThat(store().replace(key, bytes("new"), new byte[0], MINUTE)).isTrue();
		assertThat(store().take(key)).contains(new byte[0]);
	}

	@Test
	void valuesOf64KibibytesComeBackBitByBit() {
		byte[] value = new byte[StateStore.MAX_VALUE_LENGTH];
		new Random(42).nextBytes(value);
		StateKey key = randomKey();
		store().putIfAbsent(key, value, MINUTE);
		assertThat(store().find(key)).contains(value);
		byte[] other = value.clone();
		other[other.length - 1]++;
		assertThat(store().replace(key, other, new byte[0], MINUTE)).isFalse();
		assertThat(store().replace(key, value, other, MINUTE)).isTrue();
		assertThat(store().remove(key, other)).isTrue();
	}

	@Test
	void longerValuesAreRefusedAndChangeNothing() {
		byte[] tooLong = new byte[StateStore.MAX_VALUE_LENGTH + 1];
		StateKey absent = randomKey();
		StateKey present = put("value");
		assertRejected(() -> store().putIfAbsent(absent, tooLong, MINUTE));
		assertRejected(() -> store().replace(present, bytes("value"), tooLong, MINUTE));
		assertThat(store().find(absent)).isEmpty();
		assertThat(store().find(present)).contains(bytes("value"));
	}

	private static void assertRejected(ThrowingCallable call) {
		assertThatExceptionOfType(StateStoreException.class).isThrownBy(call)
			.satisfies((failure) -> assertThat(failure.getReason()).isEqualTo(StateStoreException.Reason.REJECTED));
	}

	@Test
	void everyByteComesBack() {
		byte[] value = new byte[256];
		IntStream.range(0, 256).forEach((i) -> value[i] = (byte) i);
		StateKey key = randomKey();
		store().putIfAbsent(key, value, MINUTE);
		assertThat(store().take(key)).contains(value);
	}

	@Test
	void arraysBelongToTheCaller() {
		StateKey key = randomKey();
		byte[] given = bytes("value");
		store().putIfAbsent(key, given, MINUTE);
		given[0] = 'x';
		byte[] found = store().find(key).orElseThrow();
		assertThat(found).isEqualTo(bytes("value"));
		found[0] = 'x';
		assertThat(store().find(key)).contains(bytes("value"));
	}

	@Test
	void hostileKeysAreNeverMixed() {
		List<StateKey> keys = hostileKeys();
		for (int i = 0; i < keys.size(); i++) {
			assertThat(store().putIfAbsent(keys.get(i), bytes("value " + i), MINUTE)).isEmpty();
		}
		for (int i = 0; i < keys.size(); i++) {
			assertThat(store().take(keys.get(i))).contains(bytes("value " + i));
		}
		keys.forEach((key) -> assertThat(store().find(key)).isEmpty());
	}

	@Test
	void takeByManyCallersGivesEveryRecordToOne() {
		int records = SCALE * contendedRecords();
		List<StateKey> keys = randomKeys(records);
		AtomicIntegerArray wins = new AtomicIntegerArray(records);
		Contenders.race(records, (i) -> store().putIfAbsent(keys.get(i), number(i), MINUTE), (i) -> {
			Optional<byte[]> taken = store().take(keys.get(i));
			taken.ifPresent((value) -> {
				assertThat(value).isEqualTo(number(i));
				wins.incrementAndGet(i);
			});
		});
		assertThat(IntStream.range(0, records).map(wins::get)).allMatch((count) -> count == 1);
	}

	@Test
	void putIfAbsentByManyCallersStoresTheValueOfOne() {
		int records = SCALE * contendedRecords() / 4;
		List<StateKey> keys = randomKeys(records);
		AtomicIntegerArray wins = new AtomicIntegerArray(records);
		List<Set<ByteBuffer>> seen = new ArrayList<>();
		keys.forEach((key) -> seen.add(new HashSet<>()));
		AtomicInteger values = new AtomicInteger();
		Contenders.race(records, (i) -> {
		}, (i) -> {
			byte[] mine = number(values.incrementAndGet());
			Optional<byte[]> there = store().putIfAbsent(keys.get(i), mine, MINUTE);
			if (there.isEmpty()) {
				wins.incrementAndGet(i);
			}
			synchronized (seen) {
				seen.get(i).add(ByteBuffer.wrap(there.orElse(mine)));
			}
		});
		assertThat(IntStream.range(0, records).map(wins::get)).allMatch((count) -> count == 1);
		assertThat(seen).allSatisfy((one) -> assertThat(one).hasSize(1));
	}

	@Test
	void putIfAbsentOnAnExpiredRecordByManyCallersStoresTheValueOfOne() {
		int records = SCALE * contendedRecords() / 10;
		List<StateKey> keys = randomKeys(records);
		AtomicIntegerArray wins = new AtomicIntegerArray(records);
		Contenders.race(records, (i) -> {
			store().putIfAbsent(keys.get(i), bytes("expired"), Duration.ofMillis(1));
			awaitExpiry(keys.get(i));
		}, (i) -> {
			if (store().putIfAbsent(keys.get(i), bytes("fresh"), MINUTE).isEmpty()) {
				wins.incrementAndGet(i);
			}
		});
		assertThat(IntStream.range(0, records).map(wins::get)).allMatch((count) -> count == 1);
	}

	@Test
	void replaceByManyCallersSucceedsForOneAtATime() {
		int records = SCALE * contendedRecords() / 10;
		List<StateKey> keys = randomKeys(records);
		AtomicIntegerArray replacements = new AtomicIntegerArray(records);
		Contenders.race(records, (i) -> store().putIfAbsent(keys.get(i), number(0), MINUTE), (i) -> {
			byte[] value = store().find(keys.get(i)).orElseThrow();
			int next = ByteBuffer.wrap(value).getInt() + 1;
			if (store().replace(keys.get(i), value, number(next), MINUTE)) {
				replacements.incrementAndGet(i);
			}
		});
		for (int i = 0; i < records; i++) {
			assertThat(store().find(keys.get(i))).contains(number(replacements.get(i)));
		}
	}

	@Test
	void removeByManyCallersSucceedsForOne() {
		int records = SCALE * contendedRecords() / 10;
		List<StateKey> keys = randomKeys(records);
		AtomicIntegerArray wins = new AtomicIntegerArray(records);
		Contenders.race(records, (i) -> store().putIfAbsent(keys.get(i), number(i), MINUTE), (i) -> {
			if (store().remove(keys.get(i), number(i))) {
				wins.incrementAndGet(i);
			}
		});
		assertThat(IntStream.range(0, records).map(wins::get)).allMatch((count) -> count == 1);
	}

	@Test
	void callsOnDifferentKeysDoNotDisturbEachOther() {
		List<StateKey> keys = randomKeys(Contenders.NUMBER * 100);
		AtomicInteger next = new AtomicInteger();
		Contenders.race(100, (i) -> {
		}, (i) -> {
			int mine = next.getAndIncrement();
			assertThat(store().putIfAbsent(keys.get(mine), number(mine), MINUTE)).isEmpty();
			assertThat(store().find(keys.get(mine))).contains(number(mine));
			assertThat(store().replace(keys.get(mine), number(mine), number(-mine), MINUTE)).isTrue();
			assertThat(store().take(keys.get(mine))).contains(number(-mine));
		});
	}

	private static List<StateKey> hostileKeys() {
		List<StateKey> keys = randomKeys(1000);
		List<String> parts = List.of("", "*", "?", "[a-z]", "{}", "{a}", "\0", "\r\n", "\r\nFLUSHALL\r\n", "'", "\"",
				"' OR '1'='1", "; DROP TABLE oauth2_state; --", "%", "_", "\\", "\\x00", "${jndi:ldap://x}", "é",
				"e\u0301", "a".repeat(100_000), "a".repeat(100_001), "null", " ", "a", "A");
		String namespace = UUID.randomUUID().toString();
		parts.forEach((part) -> keys.add(StateKey.of(namespace, "hostile", part)));
		parts.forEach((part) -> keys.add(StateKey.of(namespace, part)));
		keys.add(StateKey.of(namespace, "pair", "a", "bc"));
		keys.add(StateKey.of(namespace, "pair", "ab", "c"));
		keys.add(StateKey.of(namespace, "pair", "abc"));
		keys.add(StateKey.of(namespace, "pair", "", "abc"));
		keys.add(StateKey.of(namespace, "pair", "abc", ""));
		keys.add(StateKey.of(namespace + "pair", "", "abc"));
		assertThat(new HashSet<>(keys)).hasSameSizeAs(keys);
		return keys;
	}

	private StateKey put(String value) {
		return put(value, MINUTE);
	}

	private StateKey put(String value, Duration ttl) {
		StateKey key = randomKey();
		assertThat(store().putIfAbsent(key, bytes(value), ttl)).isEmpty();
		return key;
	}

	private void awaitExpiry(StateKey key) {
		await(() -> store().find(key).isEmpty());
	}

	private static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("time waited").isLessThan(deadline);
		}
	}

	private static List<StateKey> randomKeys(int count) {
		return new ArrayList<>(IntStream.range(0, count).mapToObj((i) -> randomKey()).toList());
	}

	private static StateKey randomKey() {
		return StateKey.of("contract", "test", UUID.randomUUID().toString());
	}

	private static byte[] number(int number) {
		return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
