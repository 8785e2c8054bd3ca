package io.github.oauth2state.login;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.springframework.http.ResponseCookie;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

/**
 * What the library does for a login, without network and app. It is in this package as
 * all of that is hidden from others.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LoginWork {

	private static final int LOGINS = 256;

	private static final String BEGIN_PATH = "/oauth2/authorization/keycloak";

	private static final String CALLBACK_PATH = "/login/oauth2/code/keycloak";

	private final CborAuthorizationRequestCodec codec = new CborAuthorizationRequestCodec();

	private final LoginSettings settings = new LoginSettings("shop", Duration.ofMinutes(10), 8, true, true,
			LoginSettings.Sessions.AUTO, true, new CookieSettings("oauth2-state", null, false, null, true));

	private final PendingLogins logins = new PendingLogins(this.settings, this.codec, null,
			new LoginEventPublisher("one", "redis", List.of()), Clock.systemUTC());

	private final LoginSealer sealer = new LoginSealer(this.settings, this.codec, null, Clock.systemUTC());

	private final Pending[] pending = new Pending[LOGINS];

	private int next;

	private int sender;

	/**
	 * Starts logins that are called back.
	 */
	@Setup
	public void start() {
		for (int i = 0; i < LOGINS; i++) {
			OAuth2AuthorizationRequest request = resolve();
			StartedLogin started = this.logins
				.start(LoginPath.SHARED, request, new BrowserRequest(true, BEGIN_PATH, false, Map.of()), null, null)
				.orElseThrow();
			Map<String, String> cookies = new HashMap<>();
			started.cookies().forEach((cookie) -> cookies.put(cookie.getName(), cookie.getValue()));
			this.pending[i] = new Pending(request, started, cookies, this.codec.encode(request));
		}
	}

	/**
	 * Resolves a request as an app does that redirects to a Keycloak, with PKCE.
	 */
	private static OAuth2AuthorizationRequest resolve() {
		ClientRegistration registration = ClientRegistration.withRegistrationId("keycloak")
			.clientId("online-shop")
			.clientSecret("client-secret")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.redirectUri("{baseUrl}/{action}/oauth2/code/{registrationId}")
			.scope("openid", "profile", "email")
			.authorizationUri("https://id.example.com/realms/example/protocol/openid-connect/auth")
			.tokenUri("https://id.example.com/realms/example/protocol/openid-connect/token")
			.build();
		DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
				new InMemoryClientRegistrationRepository(registration));
		resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
		MockHttpServletRequest request = new MockHttpServletRequest("GET", BEGIN_PATH);
		request.setScheme("https");
		request.setServerName("shop.example.com");
		request.setServerPort(443);
		return resolver.resolve(request);
	}

	private Pending next() {
		this.next = (this.next + 1) % LOGINS;
		return this.pending[this.next];
	}

	/**
	 * Begins a login, up to the text of its cookie.
	 */
	@Benchmark
	public void begin(Blackhole result) {
		begin(next(), result);
	}

	private void begin(Pending login, Blackhole result) {
		BrowserRequest browser = new BrowserRequest(true, BEGIN_PATH, false, Map.of());
		StartedLogin started = this.logins.start(LoginPath.SHARED, login.request(), browser, null, null).orElseThrow();
		// Each login is that of another browser, so no cookies are cleared
		result.consume(this.logins.clearUnseen(browser, this.sender++, System.nanoTime(), started.cookies()));
		result.consume(started.value());
		consume(started.cookies(), result);
	}

	/**
	 * Finishes a login, up to the text of the cookie that marks it as used.
	 */
	@Benchmark
	public void callback(Blackhole result) {
		callback(next(), result);
	}

	private void callback(Pending login, Blackhole result) {
		LoginCallback callback = this.logins
			.callback(login.request().getState(), new BrowserRequest(true, CALLBACK_PATH, false, login.cookies()))
			.orElseThrow();
		result.consume(callback.key());
		result.consume(callback.read(Optional.of(login.started().value())));
		result.consume(callback.correlationId());
		consume(callback.cookiesWhenTaken(), result);
	}

	private static void consume(List<ResponseCookie> cookies, Blackhole result) {
		for (ResponseCookie cookie : cookies) {
			result.consume(cookie.toString());
		}
	}

	/**
	 * Begins and finishes a login.
	 */
	@Benchmark
	public void login(Blackhole result) {
		Pending login = next();
		begin(login, result);
		callback(login, result);
	}

	/**
	 * Encodes an authorization request.
	 */
	@Benchmark
	public byte[] encode() {
		return this.codec.encode(next().request());
	}

	/**
	 * Decodes an authorization request.
	 */
	@Benchmark
	public OAuth2AuthorizationRequest decode() {
		Pending login = next();
		return this.codec.decode(login.encoded(), login.request().getState());
	}

	/**
	 * Derives a key and seals a record of the usual size.
	 */
	@Benchmark
	public byte[] seal() {
		Pending login = next();
		return Seal.seal(this.sealer.sealingKey(login.request().getState(), login.request().getState()),
				login.encoded());
	}

	/**
	 * Derives the key of a record in the store.
	 */
	@Benchmark
	public Object key() {
		Pending login = next();
		return this.sealer.key(login.request().getState(), login.request().getState());
	}

	/**
	 * Reads a binding cookie.
	 */
	@Benchmark
	public Object cookie() {
		return BindingCookie.parse(next().cookies().values().iterator().next());
	}

	@SuppressWarnings("ArrayRecordComponent")
	private record Pending(OAuth2AuthorizationRequest request, StartedLogin started, Map<String, String> cookies,
			byte[] encoded) {
	}

}
