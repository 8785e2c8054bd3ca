package io.github.oauth2state.benchmarks.endtoend;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;

/**
 * Apps that are measured together and compared with each other.
 */
enum Group {

	SERVLET("servlet apps", WebApplicationType.SERVLET, InstantProvider.OfServletApp.class),

	/**
	 * The apps bring no provider, so Spring Security calls one.
	 */
	PROVIDER_OVER_HTTP("servlet apps, provider over HTTP", WebApplicationType.SERVLET, null) {

		@Override
		List<String> properties() {
			return HttpProvider.instance().properties();
		}

	},

	/**
	 * It must be the last group. The first reactive app that closes ends the threads of
	 * Netty, which the apps above use to call their provider.
	 */
	REACTIVE("reactive apps", WebApplicationType.REACTIVE, InstantProvider.OfReactiveApp.class);

	private final String title;

	private final WebApplicationType type;

	private final @Nullable Class<?> provider;

	Group(String title, WebApplicationType type, @Nullable Class<?> provider) {
		this.title = title;
		this.type = type;
		this.provider = provider;
	}

	String title() {
		return this.title;
	}

	WebApplicationType type() {
		return this.type;
	}

	List<Class<?>> configurations() {
		return (this.provider != null) ? List.of(this.provider) : List.of();
	}

	/**
	 * Returns the properties that differ from those of the reference app.
	 */
	List<String> properties() {
		return List.of();
	}

	List<Variant> variants() {
		return Arrays.stream(Variant.values()).filter((variant) -> variant.group() == this).toList();
	}

}
