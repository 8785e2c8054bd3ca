package io.github.oauth2state.scenario;

import java.util.stream.Stream;

import org.junit.jupiter.params.provider.Arguments;
import org.springframework.boot.WebApplicationType;

/**
 * The kinds of web app that the library serves. What is tested on one of them is tested
 * on the other, too, unless a test says why not.
 */
enum Stack {

	SERVLET(WebApplicationType.SERVLET, "JSESSIONID", "continue"),

	REACTIVE(WebApplicationType.REACTIVE, "SESSION", "");

	private final WebApplicationType type;

	private final String sessionCookie;

	private final String parameterOfSavedPages;

	Stack(WebApplicationType type, String sessionCookie, String parameterOfSavedPages) {
		this.type = type;
		this.sessionCookie = sessionCookie;
		this.parameterOfSavedPages = parameterOfSavedPages;
	}

	/**
	 * Returns each stack with each of some values.
	 */
	static Stream<Arguments> each(Enum<?>... values) {
		return Stream.of(values()).flatMap((stack) -> Stream.of(values).map((value) -> Arguments.of(stack, value)));
	}

	WebApplicationType type() {
		return this.type;
	}

	/**
	 * Returns the name of the cookie of sessions that are in the memory of an instance.
	 */
	String sessionCookie() {
		return this.sessionCookie;
	}

	/**
	 * Returns where a user is sent who asked for a page before the login.
	 * @param page path and query of the page
	 */
	String savedPage(String page) {
		return this.parameterOfSavedPages.isEmpty() ? page
				: page + (page.contains("?") ? "&" : "?") + this.parameterOfSavedPages;
	}

}
