package io.github.oauth2state.demo.cluster;

/**
 * Chooses a port in a process of its own.
 */
public final class OtherDemo {

	private OtherDemo() {
	}

	/**
	 * Prints the port.
	 * @param args the port to begin with
	 */
	public static void main(String[] args) {
		System.out.print(new Ports().choose(Integer.parseInt(args[0])));
	}

}
