package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What single use costs, as the servers of the stores count.
 */
@Tag("full")
@ParameterizedClass(name = "on {0}")
@EnumSource
class SingleUseCountTests {

	private final ProviderStore store;

	SingleUseCountTests(ProviderStore store) {
		this.store = store;
	}

	@Test
	void ledgerTakesNoCommandAtIssueAndOneAtEachUse() {
		assertThat(commands("service")).isEqualTo(Map.of(OneUse.AUTHORIZATION_CODE, List.of(0, 1), OneUse.REFRESH_TOKEN,
				List.of(1, 1), OneUse.DEVICE_CODE, List.of(1, 1), OneUse.CONSENT, List.of(0, 1), OneUse.PUSHED_REQUEST,
				List.of(0, 1)));
	}

	/**
	 * A redemption looks the code up twice, once to authenticate the client.
	 */
	@Test
	void pendingAuthorizationsTakeOneCommandAtIssueAndOneForEachLookUp() {
		assertThat(commands("store")).isEqualTo(Map.of(OneUse.AUTHORIZATION_CODE, List.of(1, 3), OneUse.REFRESH_TOKEN,
				List.of(4, 1), OneUse.DEVICE_CODE, List.of(1, 1), OneUse.CONSENT, List.of(1, 3), OneUse.PUSHED_REQUEST,
				List.of(1, 3)));
	}

	@Test
	void recordOfAUsedCodeIsSmall() {
		TwoProviders providers = TwoProviders.on(this.store, "service");
		for (OneUse kind : OneUse.values()) {
			this.store.clear(providers.database);
			assertThat(kind.prepare(providers.a).apply(providers.a)).matches(OneUse::isSuccess);
			assertThat(this.store.largestValue(providers.database)).as(kind.name()).isBetween(30L, 120L);
		}
	}

	/**
	 * Returns how many commands it takes to prepare each and to use it. A refresh token
	 * is issued by the use of a code, and a device code is prepared by the use of a user
	 * code.
	 */
	private Map<OneUse, List<Integer>> commands(String pending) {
		TwoProviders providers = TwoProviders.on(this.store, pending);
		Map<OneUse, List<Integer>> commands = new TreeMap<>();
		for (OneUse kind : OneUse.values()) {
			assertThat(kind.prepare(providers.a).apply(providers.a)).matches(OneUse::isSuccess);
			AtomicReference<IntFunction<HttpResponse<String>>> use = new AtomicReference<>();
			int prepared = commandsToPrepare(kind, providers, use);
			int used = this.store.commandsDuring(providers.database,
					() -> assertThat(use.get().apply(providers.a)).matches(OneUse::isSuccess));
			commands.put(kind, List.of(prepared, used));
		}
		return commands;
	}

	/**
	 * Prepares again what may have taken two pushed requests.
	 */
	private int commandsToPrepare(OneUse kind, TwoProviders providers,
			AtomicReference<IntFunction<HttpResponse<String>>> use) {
		int prepared = 0;
		for (int i = 0; i == 0 || (kind == OneUse.PUSHED_REQUEST && prepared > 1 && i < 4); i++) {
			prepared = this.store.commandsDuring(providers.database, () -> use.set(kind.prepare(providers.a)));
		}
		return prepared;
	}

}
