package io.github.oauth2state.store.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

import org.springframework.data.redis.connection.ReturnType;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.store.SessionIndex;

/**
 * A {@link SessionIndex} in Redis with one hash per name. It expires with its last entry.
 * <p>
 * A field is {@code s} and the id of a session, {@code l} and that of a logout, or
 * {@code latest} for the time of the latest logout. Its value is when it expires, in
 * milliseconds on the server's clock, a colon, since when it counts, in seconds, another
 * colon, and the value of a session. Fields and values of any other form are ignored.
 */
final class RedisSessionIndex implements SessionIndex {

	/**
	 * Keeps the hash of a name apart from a record under the same key.
	 */
	private static final String SUFFIX = "s";

	/**
	 * Checks the type first: {@code latest} is an error where the key has another one.
	 */
	private static final String BASE = """
			local key = KEYS[1]
			local latest = redis.pcall('HGET', key, 'latest')
			if type(latest) == 'table' and latest.err then
				if not string.find(latest.err, '^WRONGTYPE') then
					return latest
				end
				redis.call('DEL', key)
				latest = false
			end
			local time = redis.call('TIME')
			local now = time[1] * 1000 + math.floor(time[2] / 1000)
			local function read(value)
				local expires, since, rest = string.match(value or '', '^(%d+):(%-?%d+):(.*)$')
				return tonumber(expires), tonumber(since), rest
			end
			local function is_expired(value)
				local expires = read(value)
				return expires and expires <= now
			end
			local function since_if_live(value)
				local expires, since = read(value)
				return expires and expires > now and since
			end
			local function put(field, since, ttl, rest)
				redis.call('HSET', key, field, string.format('%.0f:%.0f:', now + ttl, since) .. rest)
				if redis.call('PTTL', key) < ttl then
					redis.call('PEXPIRE', key, string.format('%.0f', ttl))
				end
			end
			""";

	/**
	 * Removes expired entries as Redis itself does, by samples, so that they are never
	 * many and a call costs the same however many sessions a name has.
	 */
	private static final byte[] ADD = RedisCalls.utf8(BASE + """
			local logout = since_if_live(latest)
			if logout and logout >= tonumber(ARGV[2]) then
				redis.call('HDEL', key, ARGV[1])
				return 0
			end
			put(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4])
			local sample = redis.call('HRANDFIELD', key, 4, 'WITHVALUES')
			for i = 1, #sample, 2 do
				if is_expired(sample[i + 1]) then
					redis.call('HDEL', key, sample[i])
				end
			end
			return 1
			""");

	/**
	 * Lua numbers are exact for 15 digits, which is enough for any time.
	 */
	private static final String FIND_UNTIL = """
			local function find_until(time, found)
				local all = redis.call('HGETALL', key)
				for i = 1, #all, 2 do
					local field, value = all[i], all[i + 1]
					if #value <= %1$d and string.byte(field) == 115 and #field == %2$d then
						local expires, since, rest = read(value)
						if expires and expires > now and since <= time and math.abs(since) < 1e15 then
							found[#found + 1] = string.sub(field, 2)
							found[#found + 1] = string.format('%%.0f', since)
							found[#found + 1] = rest
						end
					end
				end
				return found
			end
			""".formatted(MAX_VALUE_LENGTH + 64, StateKey.LENGTH + 1);

	private static final byte[] FIND = RedisCalls.utf8(BASE + FIND_UNTIL + """
			return find_until(1e15, { 0 })
			""");

	private static final byte[] LOG_OUT = RedisCalls.utf8(BASE + FIND_UNTIL + """
			local at, ttl = tonumber(ARGV[2]), tonumber(ARGV[3])
			local repeated = 1
			if not since_if_live(redis.call('HGET', key, ARGV[1])) then
				repeated = 0
				put(ARGV[1], at, ttl, '')
				put('latest', math.max(at, since_if_live(latest) or at), ttl, '')
			end
			return find_until(at, { repeated })
			""");

	private static final byte[] REMOVE = RedisCalls.utf8("""
			for _, field in ipairs(ARGV) do
				local reply = redis.pcall('HDEL', KEYS[1], field)
				if type(reply) == 'table' and not string.find(reply.err, '^WRONGTYPE') then
					return reply
				end
			end
			return 1
			""");

	private final RedisCalls calls;

	RedisSessionIndex(RedisCalls calls) {
		this.calls = calls;
	}

	@Override
	public boolean add(Collection<StateKey> names, IndexedSession session, Duration ttl) {
		List<StateKey> distinct = names.stream().distinct().toList();
		List<Long> added = this.calls.evalOnEach("add", ADD, keys(distinct), field('s', session.id()),
				number(session.since().getEpochSecond()), number(RedisCalls.millis(ttl)), session.checkedValue());
		if (!added.contains(0L)) {
			return true;
		}
		remove(IntStream.range(0, added.size()).filter((i) -> added.get(i) != 0).mapToObj(distinct::get).toList(),
				List.of(session.id()));
		return false;
	}

	@Override
	public List<IndexedSession> find(StateKey name) {
		return sessions(eval("find", FIND, name));
	}

	@Override
	public Logout logOut(StateKey name, StateKey logout, Instant at, Duration ttl) {
		List<?> found = eval("logOut", LOG_OUT, name, field('l', logout), number(at.getEpochSecond()),
				number(RedisCalls.millis(ttl)));
		return new Logout(found.get(0).equals(1L), sessions(found));
	}

	@Override
	public void remove(Collection<StateKey> names, Collection<StateKey> ids) {
		if (!names.isEmpty() && !ids.isEmpty()) {
			this.calls.evalOnEach("remove", REMOVE, keys(names),
					ids.stream().map((id) -> field('s', id)).toArray(byte[][]::new));
		}
	}

	private List<?> eval(String operation, byte[] script, StateKey name, byte[]... arguments) {
		return (List<?>) this.calls.eval(operation, script, ReturnType.MULTI, this.calls.key(name, SUFFIX), arguments);
	}

	private static List<IndexedSession> sessions(List<?> found) {
		List<IndexedSession> sessions = new ArrayList<>();
		for (int i = 1; i < found.size(); i += 3) {
			IndexedSession
				.of((byte[]) found.get(i),
						Long.parseLong(new String((byte[]) found.get(i + 1), StandardCharsets.US_ASCII)),
						(byte[]) found.get(i + 2))
				.ifPresent(sessions::add);
		}
		return sessions;
	}

	private List<byte[]> keys(Collection<StateKey> names) {
		return names.stream().map((name) -> this.calls.key(name, SUFFIX)).toList();
	}

	private static byte[] field(char kind, StateKey id) {
		return ByteBuffer.allocate(1 + StateKey.LENGTH).put((byte) kind).put(id.toByteArray()).array();
	}

	private static byte[] number(long number) {
		return RedisCalls.utf8(Long.toString(number));
	}

}
