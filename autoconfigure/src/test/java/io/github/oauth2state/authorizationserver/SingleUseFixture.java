package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A {@link SingleUseAuthorizationService}, and what the store and the app's own service
 * received and what listeners were told.
 */
abstract class SingleUseFixture {

	static final Duration LIFE = Duration.ofMinutes(5);

	static final Duration PAST = Duration.ofMinutes(-1);

	final CodeStore store = new CodeStore();

	final TestService app = new TestService();

	final List<CodeEvent> events = new ArrayList<>();

	final List<CodeListener> listeners = new ArrayList<>(List.of(this.events::add));

	final OAuth2AuthorizationService service = decorate(this.app, false);

	/**
	 * Decorates a service as another instance of the app does, with the same store.
	 */
	OAuth2AuthorizationService decorate(OAuth2AuthorizationService decorated, boolean pendingInStore) {
		CodeLedger ledger = new CodeLedger(this.store, "shop", Duration.ofDays(30));
		return new SingleUse(ledger, new CodeEventPublisher(() -> this.listeners), pendingInStore, Duration.ZERO)
			.decorate(decorated);
	}

	/**
	 * Saves an authorization, and forgets that listeners were told.
	 */
	OAuth2Authorization issue(OAuth2Authorization authorization) {
		this.service.save(authorization);
		this.events.clear();
		return authorization;
	}

	void saveAsShop(OAuth2Authorization authorization) {
		TestCodes.as(TestCodes.SHOP, () -> this.service.save(authorization));
	}

	OAuth2Authorization findCode(OAuth2Authorization issued) {
		return findCode(this.service, issued);
	}

	static OAuth2Authorization findCode(OAuth2AuthorizationService service, OAuth2Authorization issued) {
		return TestCodes.as(TestCodes.SHOP, () -> TestCodes.find(service, issued));
	}

	OAuth2Authorization redeem(OAuth2Authorization issued) {
		saveAsShop(TestCodes.redeemed(findCode(issued)));
		return this.app.findById(issued.getId());
	}

	OAuth2Authorization findRefresh(String token) {
		return TestCodes.as(TestCodes.SHOP, () -> this.service.findByToken(token, OAuth2TokenType.REFRESH_TOKEN));
	}

	OAuth2Authorization refreshed(OAuth2Authorization issued) {
		return TestCodes.tokens(OAuth2Authorization.from(findRefresh(TestCodes.refreshToken(issued)))).build();
	}

	void refresh(OAuth2Authorization issued) {
		saveAsShop(refreshed(issued));
	}

	OAuth2Authorization findState(OAuth2Authorization asked) {
		return findState(this.service, asked);
	}

	static OAuth2Authorization findState(OAuth2AuthorizationService service, OAuth2Authorization asked) {
		return service.findByToken(TestCodes.state(asked), TestCodes.STATE);
	}

	static <T extends OAuth2Token> OAuth2Authorization invalidated(OAuth2Authorization found, Class<T> type) {
		return OAuth2Authorization.from(found).invalidate(found.getToken(type).getToken()).build();
	}

	void assertRefused(OAuth2Authorization saved) {
		assertRefused(OAuth2AuthenticationException.class, "invalid_grant", saved);
	}

	void assertConsentRefused(OAuth2Authorization saved) {
		assertRefused(OAuth2AuthorizationCodeRequestAuthenticationException.class, "invalid_request", saved);
		assertThat(this.events).last()
			.extracting(CodeEvent::outcome, CodeEvent::type)
			.containsExactly(CodeOutcome.DUPLICATE, CodeType.CONSENT);
	}

	private <T extends OAuth2AuthenticationException> void assertRefused(Class<T> type, String error,
			OAuth2Authorization saved) {
		assertThatExceptionOfType(type).isThrownBy(() -> saveAsShop(saved))
			.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo(error));
	}

	/**
	 * Asserts what listeners were told, and forgets it.
	 */
	void assertEvents(String... expected) {
		assertThat(this.events).extracting((event) -> event.outcome() + " " + event.type()).containsExactly(expected);
		this.events.clear();
	}

}
