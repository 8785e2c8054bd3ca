package io.github.oauth2state.sample;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the page asks again and again.
 */
@RestController
class MetersController {

	private final Meters meters;

	MetersController(Meters meters) {
		this.meters = meters;
	}

	@GetMapping(path = "/api/meters", produces = MediaType.APPLICATION_JSON_VALUE)
	Meters.Readings meters() {
		return this.meters.read();
	}

}
