package io.github.oauth2state.demo;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;

import io.github.oauth2state.demo.cluster.Copies;

/**
 * Runs the demo from copies of what was built. A rebuild in the same clone, or
 * {@code mvn clean}, then takes no class away from a demo that is running.
 */
public final class Launcher {

	private Launcher() {
	}

	/**
	 * Makes the copies and runs the demo from them.
	 * @param args none
	 * @throws IOException if the copies cannot be made
	 * @throws ReflectiveOperationException if the demo cannot be called
	 */
	public static void main(String[] args) throws IOException, ReflectiveOperationException {
		Copies copies = Copies.make();
		for (String property : Demo.JARS) {
			String jar = System.getProperty(property);
			if (jar != null) {
				System.setProperty(property, copies.add(Path.of(jar)).toString());
			}
		}
		ClassLoader classes = copies.classes();
		Thread.currentThread().setContextClassLoader(classes);
		try {
			classes.loadClass(Demo.class.getName()).getMethod("run", Path.class).invoke(null, copies.directory());
		}
		catch (InvocationTargetException ex) {
			Copies.delete(copies.directory());
			throw ex;
		}
	}

}
