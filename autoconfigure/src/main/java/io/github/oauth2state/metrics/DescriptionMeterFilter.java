package io.github.oauth2state.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * Gives the meters their descriptions, also those that observations make, which cannot
 * have one otherwise.
 */
class DescriptionMeterFilter implements MeterFilter {

	/**
	 * What observations call the meter of those that have not ended.
	 */
	private static final String ACTIVE = ".active";

	private static final Map<String, String> DESCRIPTIONS = Arrays.stream(OAuth2StateMeter.values())
		.collect(Collectors.toMap(OAuth2StateMeter::getName, OAuth2StateMeter::getDescription));

	private static final String OPERATIONS = OAuth2StateMeter.STORE_OPERATIONS.getName();

	@Override
	public Meter.Id map(Meter.Id id) {
		String description = id.getName().equals(OPERATIONS + ACTIVE) ? "Calls of the store that have not ended"
				: DESCRIPTIONS.get(id.getName());
		return (description == null || id.getDescription() != null) ? id : new Meter.Id(id.getName(),
				Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), description, id.getType());
	}

}
