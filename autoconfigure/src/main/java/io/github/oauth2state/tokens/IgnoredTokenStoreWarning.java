package io.github.oauth2state.tokens;

import java.util.Arrays;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;

/**
 * Says at startup that a property has no effect, because the app brings what it would
 * have chosen.
 */
class IgnoredTokenStoreWarning implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(IgnoredTokenStoreWarning.class);

	private final ListableBeanFactory beans;

	IgnoredTokenStoreWarning(ListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		String[] names = this.beans.getBeanNamesForType(OAuth2AuthorizedClientService.class, true, false);
		if (!Arrays.asList(names).contains(TokensAutoConfiguration.SERVICE)) {
			logger.warn(
					"The property oauth2-state.tokens.store has no effect: the app's own OAuth2AuthorizedClientService "
							+ Arrays.toString(names) + " keeps the tokens. Remove one of the two.");
		}
	}

}
