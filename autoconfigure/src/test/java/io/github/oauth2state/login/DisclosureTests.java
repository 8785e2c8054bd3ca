package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import javax.crypto.SecretKey;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that no text form of an object of this package discloses what it holds, as any of
 * them may end up in a log line, an exception or a debugger's dump.
 */
class DisclosureTests {

	private final PendingLogins logins = new PendingLogins(
			new LoginSettings("shop", Duration.ofMinutes(10), 8, true, true, LoginSettings.Sessions.AUTO, true,
					new CookieSettings("oauth2-state", null, false, null, true)),
			new CborAuthorizationRequestCodec(), null, TestRequests.NO_EVENTS, Clock.systemUTC());

	private final OAuth2AuthorizationRequest request = TestRequests.oidc();

	@Test
	void noTextDisclosesASecret() {
		StartedLogin begun = this.logins
			.start(LoginPath.SHARED, this.request, TestRequests.https("/begin?planted=query"), null, null)
			.orElseThrow();
		ResponseCookie cookie = begun.cookies().get(0);
		BrowserRequest browser = TestRequests.https("/callback?code=planted-code&state=" + this.request.getState(),
				Map.of(cookie.getName(), cookie.getValue()));
		LoginCallback callback = this.logins.callback(this.request.getState(), browser).orElseThrow();
		LoginCallback.Result found = callback.read(Optional.of(begun.value()));
		assertThat(found).isInstanceOf(LoginCallback.Found.class);
		BindingCookie binding = BindingCookie.parse(cookie.getValue()).orElseThrow();
		SecretKey key = TestRequests.sealer("shop").sealingKey(this.request.getState(), binding.secret());

		Set<String> secrets = Set.of("planted", this.request.getState(), binding.secret(), cookie.getValue(),
				this.request.getAttribute("nonce"), this.request.getAttribute("code_verifier"),
				hex(begun.key().toByteArray()), hex(key.getEncoded()), hex(begun.value()),
				base64(begun.key().toByteArray()), base64(key.getEncoded()));
		List<Object> holders = List.of(begun, begun.key(), browser, callback, found, binding, binding.used(begun.key()),
				this.logins, this.logins.cookies(), TestRequests.sealer("shop"));
		for (Object holder : holders) {
			assertThat(secrets).as(holder.getClass().getSimpleName())
				.allSatisfy((secret) -> assertThat(holder.toString()).doesNotContain(secret));
		}
	}

	/**
	 * A record's own text form shows every component, and is wanted for few.
	 */
	@Test
	void everyRecordButThoseOfSettingsAndOutcomesHidesItsComponents() {
		JavaClasses classes = new ClassFileImporter()
			.importUrl(PendingLogins.class.getProtectionDomain().getCodeSource().getLocation());
		Set<String> shown = new TreeSet<>();
		Set<String> hidden = new TreeSet<>();
		for (JavaClass type : classes) {
			if (type.isRecord() && type.getPackageName().equals(DisclosureTests.class.getPackageName())) {
				boolean own = !type.getMethod("toString").getModifiers().contains(JavaModifier.FINAL);
				(own ? hidden : shown).add(type.getSimpleName());
			}
		}
		assertThat(hidden).contains("StartedLogin", "BindingCookie", "CookieKeys", "Found", "LoginRecord", "Refused");
		assertThat(shown).containsExactlyInAnyOrder("Cookie", "Eviction", "Held", "Issued", "LoginProperties",
				"LoginServices", "LoginSettings", "Lost", "Taken");
	}

	private static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes, 0, 8);
	}

	private static String base64(byte[] bytes) {
		return new String(Base64.getUrlEncoder().withoutPadding().encode(bytes), StandardCharsets.US_ASCII);
	}

}
