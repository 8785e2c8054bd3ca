package io.github.oauth2state.login;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PendingLogins} whose records the browser keeps.
 */
class CookiePathTests {

	private static final Instant BEGUN = Instant.parse("2026-05-01T12:00:00Z");

	private static final Duration TTL = Duration.ofMinutes(10);

	private static final String ONE = key("one", 1);

	private static final String TWO = key("two", 2);

	private final MutableClock clock = new MutableClock(BEGUN);

	private final OAuth2AuthorizationRequest request = TestRequests.oidc();

	private final Map<String, String> cookies = new HashMap<>();

	@Test
	void callbackFindsTheAuthorizationRequestOnAnyInstanceWithTheKey() {
		StartedLogin begun = begin(logins("shop", ONE));
		this.clock.advance(Duration.ofSeconds(7));
		LoginCallback callback = callback(logins("shop", ONE)).orElseThrow();
		assertThat(callback.path()).isEqualTo(LoginPath.COOKIE);
		assertThat(callback.isPending()).isTrue();
		assertThat(callback.correlationId()).isEqualTo(begun.correlationId()).matches("[0-9a-f]{12}");
		assertThat(callback.readFromCookie())
			.isEqualTo(new LoginCallback.Found(this.request, Duration.ofSeconds(7), null, null));
	}

	@Test
	void usedMarkReplacesTheRecord() {
		begin(logins("shop", ONE));
		take(callback(logins("shop", ONE)).orElseThrow().cookiesWhenTaken());
		LoginCallback again = callback(logins("shop", ONE)).orElseThrow();
		assertThat(again.isPending()).isFalse();
		assertThat(this.cookies).hasSize(1).allSatisfy((name, value) -> assertThat(value).hasSizeLessThan(150));
	}

	@Test
	void usedMarkHasThePathAndTheReferenceOfItsLogin() {
		StartedLogin begun = begin(logins("shop", ONE));
		take(callback(logins("shop", ONE)).orElseThrow().cookiesWhenTaken());
		LoginCallback again = callback(logins("shop", ONE)).orElseThrow();
		assertThat(again.path()).isEqualTo(LoginPath.COOKIE);
		assertThat(again.correlationId()).isEqualTo(begun.correlationId());
	}

	@Test
	void referenceLoginIsSmall() {
		String header = begin(logins("shop", ONE)).cookies().get(0).toString();
		System.out.println("Cookie path: " + header.length() + " bytes of Set-Cookie for the reference login");
		assertThat(header).hasSizeLessThan(1500);
	}

	@Test
	void valueTellsNothing() {
		begin(logins("shop", ONE));
		String value = this.cookies.values().iterator().next();
		String verifier = this.request.getAttribute("code_verifier");
		String nonce = this.request.getAttribute("nonce");
		assertThat(value).doesNotContain(verifier, nonce, this.request.getState(), "online-shop");
		assertThat(begin(logins("shop", ONE)).toString()).isEqualTo("StartedLogin[hidden]");
	}

	@Test
	void keysCanBeReplacedOneAfterTheOther() {
		begin(logins("shop", ONE));
		assertThat(read(logins("shop", TWO, ONE))).isInstanceOf(LoginCallback.Found.class);
		begin(logins("shop", TWO, ONE));
		assertThat(this.cookies.values()).allMatch((value) -> value.contains(".two~"));
		assertThat(read(logins("shop", TWO))).isInstanceOf(LoginCallback.Found.class);
		assertLost(logins("shop", ONE), LoginOutcome.UNREADABLE);
		assertLost(logins("shop"), LoginOutcome.UNREADABLE);
	}

	@Test
	void lateCallbackIsExpired() {
		begin(logins("shop", ONE));
		this.clock.advance(TTL);
		assertThat(read(logins("shop", ONE))).isInstanceOf(LoginCallback.Found.class);
		this.clock.advance(Duration.ofMillis(1));
		assertLost(logins("shop", ONE), LoginOutcome.EXPIRED);
	}

	@Test
	void timeOfTheCookieCannotBeForged() {
		begin(logins("shop", ONE));
		this.clock.advance(TTL.plusSeconds(1));
		String now = Long.toString(this.clock.instant().getEpochSecond(), 36);
		this.cookies.replaceAll((name, value) -> {
			String[] fields = value.split("\\.");
			fields[2] = now;
			return String.join(".", fields);
		});
		assertLost(logins("shop", ONE), LoginOutcome.EXPIRED);
	}

	@Test
	void alteredRecordIsUnreadable() {
		begin(logins("shop", ONE));
		String name = this.cookies.keySet().iterator().next();
		String value = this.cookies.get(name);
		int record = value.indexOf('~') + 1;
		// The last character may have bits that belong to no byte
		for (int i = record; i < value.indexOf('.', record) - 1; i += 7) {
			char other = (value.charAt(i) == 'A') ? 'B' : 'A';
			this.cookies.put(name, value.substring(0, i) + other + value.substring(i + 1));
			assertLost(logins("shop", ONE), LoginOutcome.UNREADABLE);
		}
	}

	@Test
	void recordOpensForItsOwnLoginAndAppOnly() {
		OAuth2AuthorizationRequest other = TestRequests.oidc();
		PendingLogins logins = logins("shop", ONE);
		begin(logins);
		String record = this.cookies.values().iterator().next();
		this.cookies.clear();
		take(logins.start(LoginPath.COOKIE, other, browser(), null, null).orElseThrow().cookies());
		this.cookies.replaceAll((name, value) -> record);
		LoginCallback swapped = logins.callback(other.getState(), browser()).orElseThrow();
		assertThat(swapped.readFromCookie()).isEqualTo(new LoginCallback.Lost(LoginOutcome.UNREADABLE));

		String shop = new BindingCookieJar(settings("shop")).issue(browser(), this.request.getState(), cookie())
			.getName();
		String bank = new BindingCookieJar(settings("bank")).issue(browser(), this.request.getState(), cookie())
			.getName();
		assertThat(bank).isNotEqualTo(shop);
		this.cookies.put(bank, record);
		assertLost(logins("bank", ONE), LoginOutcome.UNREADABLE);
	}

	@Test
	void whatIsTooLargeFailsAtBeginWithTheReason() {
		OAuth2AuthorizationRequest large = TestRequests
			.oidc((builder) -> builder.attributes((attributes) -> attributes.put("large", "not binary ".repeat(300))));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> logins("shop", ONE).start(LoginPath.COOKIE, large, browser(), null, null))
			.withMessageContaining("too large")
			.withMessageContaining("4096")
			.withMessageContaining("oauth2-state.store");
		assertThat(logins("shop", ONE).start(LoginPath.SHARED, large, browser(), null, null)).isPresent();
	}

	@Test
	void cookiesOfManyLoginsFitIntoTheHeadersThatServersAccept() {
		PendingLogins logins = logins("shop", ONE);
		int evicted = 0;
		for (int i = 0; i < 20; i++) {
			StartedLogin begun = logins.start(LoginPath.COOKIE, TestRequests.oidc(), browser(), null, null)
				.orElseThrow();
			take(begun.cookies());
			evicted += begun.evicted();
			assertThat(size()).isLessThan(4096);
		}
		assertThat(this.cookies).hasSizeBetween(3, 8);
		assertThat(evicted).isEqualTo(20 - this.cookies.size());
	}

	@Test
	void anotherSiteEvictsNothing() {
		PendingLogins logins = logins("shop", ONE);
		for (int i = 0; i < 20; i++) {
			take(logins.start(LoginPath.COOKIE, TestRequests.oidc(), browser(), null, null).orElseThrow().cookies());
		}
		BrowserRequest crossSite = new BrowserRequest(true, TestRequests.BEGIN_PATH, true, this.cookies);
		assertThat(logins.start(LoginPath.COOKIE, TestRequests.oidc(), crossSite, null, null)).isEmpty();
	}

	@Test
	void withoutKeysThereIsNoSuchPath() {
		assertThatIllegalStateException()
			.isThrownBy(() -> logins("shop").start(LoginPath.COOKIE, this.request, browser(), null, null))
			.withMessageContaining("oauth2-state.cookie.keys");
	}

	private int size() {
		return this.cookies.entrySet()
			.stream()
			.mapToInt((cookie) -> cookie.getKey().length() + cookie.getValue().length())
			.sum();
	}

	private StartedLogin begin(PendingLogins logins) {
		StartedLogin begun = logins.start(LoginPath.COOKIE, this.request, browser(), null, null).orElseThrow();
		take(begun.cookies());
		return begun;
	}

	private Optional<LoginCallback> callback(PendingLogins logins) {
		return logins.callback(this.request.getState(), browser());
	}

	private LoginCallback.Result read(PendingLogins logins) {
		return callback(logins).orElseThrow().readFromCookie();
	}

	private void assertLost(PendingLogins logins, LoginOutcome outcome) {
		assertThat(read(logins)).isEqualTo(new LoginCallback.Lost(outcome));
	}

	private BrowserRequest browser() {
		return TestRequests.https(TestRequests.BEGIN_PATH, this.cookies);
	}

	private void take(List<ResponseCookie> received) {
		for (ResponseCookie cookie : received) {
			if (cookie.getMaxAge().isZero()) {
				this.cookies.remove(cookie.getName());
			}
			else {
				this.cookies.put(cookie.getName(), cookie.getValue());
			}
		}
	}

	private PendingLogins logins(String namespace, String... keys) {
		Keyring sealingKeys = (keys.length > 0) ? Keyring.of("oauth2-state.cookie.keys", String.join(",", keys)) : null;
		return new PendingLogins(settings(namespace), new CborAuthorizationRequestCodec(), sealingKeys,
				TestRequests.NO_EVENTS, this.clock);
	}

	private static LoginSettings settings(String namespace) {
		return new LoginSettings(namespace, TTL, 8, true, true, LoginSettings.Sessions.AUTO, true,
				new CookieSettings("oauth2-state", null, false, null, true));
	}

	private BindingCookie cookie() {
		return BindingCookie.create(this.request, "/", "AAAAAA", null, BEGUN);
	}

	private static String key(String id, int content) {
		byte[] bytes = new byte[32];
		new Random(content).nextBytes(bytes);
		return id + ":" + Base64.getEncoder().encodeToString(bytes);
	}

}
