package io.github.oauth2state.demo.check;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CookieJarTests {

	private static final URI SITE = URI.create("http://localhost:8080/");

	private final CookieJar jar = new CookieJar(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));

	@Test
	void sendsNothingAtFirst() {
		assertThat(this.jar.header(SITE)).isEmpty();
	}

	@Test
	void laterValueReplacesTheEarlier() {
		accept("a=1; Path=/", "b=1; Path=/");
		accept("a=2; Path=/");
		assertThat(this.jar.header(SITE)).isEqualTo("b=1; a=2");
	}

	@Test
	void zeroMaxAgeDeletes() {
		accept("a=1; Path=/", "b=1; Path=/");
		accept("a=; Path=/; Max-Age=0");
		assertThat(this.jar.header(SITE)).isEqualTo("b=1");
	}

	@Test
	void sameNameOnAnotherPathIsAnotherCookieAndTheLongerPathComesFirst() {
		accept("a=1; Path=/", "a=2; Path=/deep");
		assertThat(this.jar.header(SITE.resolve("/deep"))).isEqualTo("a=2; a=1");
		assertThat(this.jar.header(SITE)).isEqualTo("a=1");
	}

	@Test
	void copyGoesItsOwnWay() {
		accept("a=1; Path=/");
		CookieJar copy = this.jar.copy();
		accept("a=2; Path=/");
		assertThat(copy.header(SITE)).isEqualTo("a=1");
	}

	private void accept(String... headers) {
		this.jar.accept(SITE, List.of(headers));
	}

}
