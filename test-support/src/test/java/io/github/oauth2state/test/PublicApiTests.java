package io.github.oauth2state.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import io.github.oauth2state.api.PublicApi;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the API to the one that was approved.
 */
class PublicApiTests {

	private static final Path APPROVED = Path.of("src/test/resources/io/github/oauth2state/test/public-api.txt");

	@Test
	void apiIsTheApprovedOne() throws IOException {
		String actual = PublicApi.of(StateStoreContract.class, (type) -> true);
		assertThat(actual).as(() -> PublicApi.howToApprove(actual, APPROVED)).isEqualTo(Files.readString(APPROVED));
	}

}
