package io.github.oauth2state.login.servlet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link LoginStarter}: what a start costs, and whether it returns the
 * circuit's permissions.
 */
class LoginStarterTests {

	private static final String KEY = "a:oD4mUoQSTgCUqH36lyy9ckiFrw08RbGU11eBFM9QfYE=";

	private final WebApplicationContextRunner app = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, LoginAutoConfiguration.class,
				RolloutAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
				StateStoreAutoConfiguration.class, ServletLoginAutoConfiguration.class))
		.withPropertyValues("oauth2-state.store=memory", "oauth2-state.login.max-pending-per-browser=1")
		.withBean(AuthorizationRequestCodec.class, () -> this.codec)
		.withBean(LoginListener.class, () -> (event) -> this.events.add(event));

	private final List<LoginEvent> events = new ArrayList<>();

	private final CountingCodec codec = new CountingCodec();

	private final Permissions circuit = new Permissions();

	private final Map<String, String> cookies = new HashMap<>();

	@Test
	void nothingIsEncodedForTheSessionWhileTheCircuitIsOpen() {
		run((starter) -> {
			MockHttpServletRequest request = request();
			starter.start(login(), new ServletExchange(request, new MockHttpServletResponse()));
			assertThat(
					new HttpSessionOAuth2AuthorizationRequestRepository().loadAuthorizationRequest(callback(request)))
				.isEqualTo(login());
			assertThat(this.codec.encoded).isZero();
			assertThat(this.circuit.results).isZero();
		});
	}

	@Test
	void loginThatGoesToACookieIsEncodedOnceWhileTheCircuitIsOpen() {
		run((starter) -> {
			start(starter, request());
			assertThat(this.cookies).hasSize(1);
			assertThat(this.codec.encoded).isOne();
		}, "oauth2-state.on-store-failure=cookie", "oauth2-state.cookie.keys=" + KEY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "session", "cookie" })
	void eventsOfALoginThatFallsBackHaveOneReference(String fallback) {
		for (boolean open : new boolean[] { true, false }) {
			this.events.clear();
			this.circuit.left = open ? 0 : 1;
			this.app.withBean(StateStore.class, FailingStore::failing)
				.withPropertyValues("oauth2-state.on-store-failure=" + fallback, "oauth2-state.cookie.keys=" + KEY)
				.run((context) -> starter(context).start(login(),
						new ServletExchange(request(), new MockHttpServletResponse())));
			assertThat(this.events).extracting(LoginEvent::outcome)
				.endsWith(LoginOutcome.FALLBACK, LoginOutcome.STARTED)
				.hasSize(open ? 2 : 3);
			assertThat(this.events).extracting(LoginEvent::correlationId)
				.containsOnly(this.events.get(0).correlationId());
		}
	}

	@Test
	void permissionIsUsedByALoginThatIsStored() {
		this.circuit.left = 1;
		run((starter) -> {
			start(starter, request());
			assertThat(this.circuit.left).isZero();
			assertThat(this.circuit.results).isOne();
		});
	}

	@Test
	void loginThatIsNotKeptLeavesItsPermissionToTheNext() {
		this.circuit.left = 2;
		run((starter) -> {
			start(starter, request());
			MockHttpServletRequest crossSite = request();
			crossSite.addHeader("Sec-Fetch-Site", "cross-site");
			start(starter, crossSite);
			assertThat(this.circuit.left).isOne();
			start(starter, request());
			assertThat(this.circuit.left).isZero();
			assertThat(this.circuit.results).isEqualTo(2);
		});
	}

	@Test
	void loginThatCannotBeEncodedLeavesItsPermissionToTheNext() {
		this.circuit.left = 1;
		run((starter) -> {
			this.codec.failing = true;
			assertThatIllegalArgumentException().isThrownBy(() -> start(starter, request()));
			assertThat(this.circuit.left).isOne();
			this.codec.failing = false;
			start(starter, request());
			assertThat(this.circuit.left).isZero();
			assertThat(this.circuit.results).isOne();
		});
	}

	private void run(Consumer<LoginStarter> test, String... properties) {
		this.app.withPropertyValues(properties).run((context) -> test.accept(starter(context)));
	}

	private LoginStarter starter(ApplicationContext context) {
		LoginServices services = context.getBean(LoginServices.class);
		GuardedStateStore store = new GuardedStateStore(context.getBean(StateStore.class), this.circuit);
		CallbackCheck check = new CallbackCheck(() -> null, services.settings());
		SignedInUser user = new SignedInUser(SecurityContextHolder::getContextHolderStrategy, services.clients());
		return new LoginStarter(store, services,
				new LoginChain(() -> null, check, user, true, null, new AtomicBoolean()));
	}

	private void start(LoginStarter starter, MockHttpServletRequest request) {
		MockHttpServletResponse response = new MockHttpServletResponse();
		starter.start(login(), new ServletExchange(request, response));
		for (Cookie cookie : response.getCookies()) {
			if (cookie.getMaxAge() == 0) {
				this.cookies.remove(cookie.getName());
			}
			else {
				this.cookies.put(cookie.getName(), cookie.getValue());
			}
		}
	}

	private MockHttpServletRequest request() {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/oauth2/authorization/idp");
		if (!this.cookies.isEmpty()) {
			request.setCookies(this.cookies.entrySet()
				.stream()
				.map((cookie) -> new Cookie(cookie.getKey(), cookie.getValue()))
				.toArray(Cookie[]::new));
		}
		return request;
	}

	private static MockHttpServletRequest callback(MockHttpServletRequest begun) {
		MockHttpServletRequest callback = new MockHttpServletRequest("GET", "/login/oauth2/code/idp");
		callback.setSession(begun.getSession());
		callback.setParameter("state", login().getState());
		return callback;
	}

	private static OAuth2AuthorizationRequest login() {
		return OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://id.example.com/authorize")
			.clientId("shop")
			.redirectUri("https://shop.example.com/login/oauth2/code/idp")
			.state("state")
			.build();
	}

	/**
	 * Counts what it encodes.
	 */
	private static final class CountingCodec implements AuthorizationRequestCodec {

		private int encoded;

		private boolean failing;

		@Override
		public byte[] encode(OAuth2AuthorizationRequest request) {
			this.encoded++;
			if (this.failing) {
				throw new IllegalArgumentException("Cannot be encoded");
			}
			return new byte[] { 1 };
		}

		@Override
		public OAuth2AuthorizationRequest decode(byte[] bytes, String state) {
			throw new UnsupportedOperationException("No login is called back");
		}

	}

	/**
	 * A circuit that has a number of permissions left. With none it is open.
	 */
	private static final class Permissions implements StoreCircuit {

		private int left;

		private int results;

		@Override
		public boolean tryAcquire() {
			this.left--;
			if (this.left < 0) {
				this.left = 0;
				return false;
			}
			return true;
		}

		@Override
		public void release() {
			this.left++;
		}

		@Override
		public void succeeded(long nanos) {
			this.results++;
		}

		@Override
		public void failed(long nanos, StateStoreException failure) {
			this.results++;
		}

		@Override
		public State state() {
			return (this.left > 0) ? State.HALF_OPEN : State.OPEN;
		}

	}

}
