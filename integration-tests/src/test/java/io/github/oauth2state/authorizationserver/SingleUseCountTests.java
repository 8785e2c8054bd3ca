package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What single use costs, as the servers of the stores count.
 */
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
			kind.prepare(providers.a).apply(providers.a);
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
			kind.prepare(providers.a).apply(providers.a);
			List<IntFunction<HttpResponse<String>>> uses = new ArrayList<>();
			int prepared = this.store.commandsDuring(providers.database, () -> uses.add(kind.prepare(providers.a)));
			int used = this.store.commandsDuring(providers.database, () -> uses.get(0).apply(providers.a));
			commands.put(kind, List.of(prepared, used));
		}
		return commands;
	}

}
