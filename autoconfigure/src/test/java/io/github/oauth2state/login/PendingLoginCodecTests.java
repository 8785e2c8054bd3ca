package io.github.oauth2state.login;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.AuthorizationRequestCodec;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.PendingLogins.StartedLogin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link PendingLogins} with codecs of all kinds.
 */
class PendingLoginCodecTests extends PendingLoginsFixture {

	@Test
	void recordThatTheCodecStumblesOverIsUnreadable() {
		for (RuntimeException failure : List.of(new IllegalArgumentException("a"), new IllegalStateException("b"),
				new NullPointerException("c"), new ClassCastException("d"))) {
			PendingLogins failing = logins(new FailingCodec(failure));
			LoginBrowser own = new LoginBrowser();
			StartedLogin begun = failing.start(LoginPath.SHARED, this.request, own.begin(), null, null).orElseThrow();
			own.take(begun.cookies());
			LoginCallback callback = failing.callback(this.request.getState(), own.callback()).orElseThrow();
			assertThat(callback.read(Optional.of(begun.value())))
				.isEqualTo(new LoginCallback.Lost(LoginOutcome.UNREADABLE));
		}
	}

	@Test
	void requestThatTheCodecRefusesFailsBeforeTheUserLeaves() {
		OAuth2AuthorizationRequest odd = TestRequests.withAttribute("odd-one", new Object());
		assertThatIllegalArgumentException().isThrownBy(() -> begin(odd)).withMessageContaining("odd-one");
		assertThat(this.browser.cookies()).isEmpty();
	}

	@Test
	void codecIsGivenTheStateOfTheCallback() {
		List<String> states = new ArrayList<>();
		PendingLogins own = logins(new AuthorizationRequestCodec() {

			@Override
			public byte[] encode(OAuth2AuthorizationRequest request) {
				return new byte[] { 1, 2, 3 };
			}

			@Override
			public OAuth2AuthorizationRequest decode(byte[] bytes, String state) {
				assertThat(bytes).containsExactly(1, 2, 3);
				states.add(state);
				return TestRequests.plain().state(state).build();
			}

		});
		StartedLogin begun = own.start(LoginPath.SHARED, this.request, this.browser.begin(), null, null).orElseThrow();
		this.browser.take(begun.cookies());
		LoginCallback callback = own.callback(this.request.getState(), this.browser.callback()).orElseThrow();
		assertThat(callback.read(Optional.of(begun.value()))).isInstanceOf(LoginCallback.Found.class);
		assertThat(states).containsExactly(this.request.getState());
	}

	/**
	 * Writes what it does not read.
	 */
	private record FailingCodec(RuntimeException failure) implements AuthorizationRequestCodec {

		@Override
		public byte[] encode(OAuth2AuthorizationRequest request) {
			return new byte[0];
		}

		@Override
		public OAuth2AuthorizationRequest decode(byte[] bytes, String state) {
			throw this.failure;
		}

	}

}
