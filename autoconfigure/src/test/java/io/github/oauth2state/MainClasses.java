package io.github.oauth2state;

import java.util.Set;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.LocationProvider;

/**
 * Where the library's own classes are, however the tests are run.
 */
final class MainClasses implements LocationProvider {

	static final String ROOT = "io.github.oauth2state";

	@Override
	public Set<Location> get(Class<?> testClass) {
		return Set.of(Location.of(StateKey.class.getProtectionDomain().getCodeSource().getLocation()));
	}

}
