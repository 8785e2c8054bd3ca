package io.github.oauth2state.authorizationserver;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.util.Assert;

/**
 * An app's service of its own. It shows what it was given, and fails on demand.
 */
class TestService implements OAuth2AuthorizationService {

	private final OAuth2AuthorizationService delegate;

	final List<OAuth2Authorization> saved = new ArrayList<>();

	final List<OAuth2Authorization> removed = new ArrayList<>();

	@Nullable RuntimeException failure;

	TestService() {
		this(new InMemoryOAuth2AuthorizationService());
	}

	TestService(OAuth2AuthorizationService delegate) {
		this.delegate = delegate;
	}

	@Override
	public void save(OAuth2Authorization authorization) {
		Assert.notNull(authorization, "authorization cannot be null");
		failOnDemand();
		this.saved.add(authorization);
		this.delegate.save(authorization);
	}

	@Override
	public void remove(OAuth2Authorization authorization) {
		failOnDemand();
		this.removed.add(authorization);
		this.delegate.remove(authorization);
	}

	@Override
	public @Nullable OAuth2Authorization findById(String id) {
		return this.delegate.findById(id);
	}

	@Override
	public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
		return this.delegate.findByToken(token, tokenType);
	}

	private void failOnDemand() {
		if (this.failure != null) {
			throw this.failure;
		}
	}

	/**
	 * Something else that the app's service does.
	 */
	int count() {
		return this.saved.size();
	}

}
