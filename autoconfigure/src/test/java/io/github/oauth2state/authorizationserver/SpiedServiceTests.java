package io.github.oauth2state.authorizationserver;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.never;

/**
 * Tests that an app can spy on its service in its own tests.
 */
@SpringJUnitConfig({ AuthorizationServiceGuardFixture.Guarded.class, TestService.class })
class SpiedServiceTests {

	@MockitoSpyBean
	private TestService spy;

	@Autowired
	private OAuth2AuthorizationService service;

	@Test
	void callsAreVerified() {
		OAuth2Authorization issued = TestCodes.withCode();
		this.service.save(issued);
		OAuth2Authorization found = TestCodes.find(this.service, issued);
		assertThat(CodeUse.of(found)).isNotNull();
		then(this.spy).should().save(any());
		then(this.spy).should().save(issued);
		then(this.spy).should().findByToken(any(), any());
		then(this.spy).should(never()).remove(any());
	}

	@Test
	void callsAreStubbed() {
		willThrow(new IllegalStateException("Database")).given(this.spy).save(any());
		assertThatIllegalStateException().isThrownBy(() -> this.service.save(TestCodes.withCode()));
	}

}
