package io.github.oauth2state.sample;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/**
 * What the start page shows.
 */
@Component
class HomePage {

	static final String VIEW = "home";

	private final InstanceName instance;

	private final LoginLinks links;

	private final ProviderLogout providerLogout;

	private final TokenCalls calls;

	private final Meters meters;

	private final boolean withStarter;

	private final boolean relays;

	/**
	 * Creates the page.
	 * @param withStarter whether the starter is enabled
	 * @param relays whether an API behind this app uses the token, and not the app itself
	 */
	HomePage(InstanceName instance, LoginLinks links, ProviderLogout providerLogout, TokenCalls calls, Meters meters,
			@Value("${oauth2-state.enabled:true}") boolean withStarter,
			@Value("${sample.relays-token:false}") boolean relays) {
		this.instance = instance;
		this.links = links;
		this.providerLogout = providerLogout;
		this.calls = calls;
		this.meters = meters;
		this.withStarter = withStarter;
		this.relays = relays;
	}

	/**
	 * Fills the page for somebody who is not signed in.
	 * @param model the model of the view
	 */
	void fill(Model model) {
		model.addAttribute("instance", this.instance.get());
		model.addAttribute("links", this.links.all());
	}

	/**
	 * Fills the page for a user.
	 * @param model the model of the view
	 * @param user who is signed in
	 * @param login what is known of the login
	 * @param client the user's tokens, if there are any
	 */
	void fill(Model model, OAuth2AuthenticationToken user, @Nullable LoginTrace login,
			@Nullable OAuth2AuthorizedClient client) {
		model.addAttribute("instance", this.instance.get());
		model.addAttribute("user", user.getName());
		model.addAttribute("providerLogout", this.providerLogout.isPossible(user.getAuthorizedClientRegistrationId()));
		model.addAttribute("journey", (login != null) ? new Journey(login) : null);
		model.addAttribute("token", life(client));
		model.addAttribute("ways", Obtained.values());
		model.addAttribute("calls", TokenCalls.CALLS);
		model.addAttribute("withStarter", this.withStarter);
		// The API cannot tell how the token was obtained that was relayed to it.
		model.addAttribute("coordinated", this.withStarter && !this.relays);
		model.addAttribute("reachAllInstances", this.calls.reachAllInstances());
		model.addAttribute("meters", this.meters.read());
	}

	private static @Nullable TokenLife life(@Nullable OAuth2AuthorizedClient client) {
		Instant expiresAt = (client != null) ? client.getAccessToken().getExpiresAt() : null;
		return (expiresAt != null) ? new TokenLife(expiresAt, Instant.now()) : null;
	}

}
