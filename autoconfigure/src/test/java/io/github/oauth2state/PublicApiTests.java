package io.github.oauth2state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;

import io.github.oauth2state.api.PublicApi;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the API to the one that was approved. An app may use the root package, and name
 * an auto-configuration to exclude or order it.
 */
class PublicApiTests {

	private static final Path APPROVED = Path.of("src/test/resources/io/github/oauth2state/public-api.txt");

	@Test
	void apiIsTheApprovedOne() throws IOException {
		String actual = PublicApi.of(StateStore.class, (type) -> type.getPackage().equals(StateStore.class.getPackage())
				|| type.isAnnotationPresent(AutoConfiguration.class));
		assertThat(actual).as(() -> PublicApi.howToApprove(actual, APPROVED)).isEqualTo(Files.readString(APPROVED));
	}

}
