package io.github.oauth2state.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

import io.github.oauth2state.demo.check.Check;
import io.github.oauth2state.demo.check.Report;
import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.ClusterException;
import io.github.oauth2state.demo.cluster.ClusterOptions;
import io.github.oauth2state.demo.cluster.Copies;

/**
 * Starts the cluster, and either leaves it to a person or checks it. Runs in Maven's JVM
 * and ends it, so that what it prints last is the last that is printed.
 */
public final class Demo {

	/** The properties that tell the jars of the apps. */
	static final List<String> JARS = List.of("demo.sample-app", "demo.sample-gateway");

	private final PrintStream out;

	private final ClusterOptions options;

	private final Cluster cluster;

	private final Path copies;

	private volatile boolean endedByUser;

	private Demo(ClusterOptions options, Path copies, PrintStream out) {
		this.out = out;
		this.copies = copies;
		this.options = options;
		this.cluster = new Cluster(options, out);
	}

	/**
	 * Runs the demo as the system properties say.
	 * @param copies what it runs from, to be deleted in the end
	 */
	public static void run(Path copies) {
		boolean success = run(copies, System.out);
		Copies.delete(copies);
		System.out.flush();
		// Not exit(): Maven's console has a hook that prints after our last line.
		Runtime.getRuntime().halt(success ? 0 : 1);
	}

	private static boolean run(Path copies, PrintStream out) {
		try {
			boolean check = ClusterOptions.flag(System.getProperties(), "demo.check");
			Demo demo = new Demo(ClusterOptions.from(System.getProperties()), copies, out);
			Runtime.getRuntime().addShutdownHook(new Thread(demo::end, "end-demo"));
			return check ? demo.check() : demo.show();
		}
		catch (ClusterException ex) {
			out.printf("%n%s%n", ex.getMessage());
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private boolean show() throws InterruptedException {
		try {
			start();
			this.out.print(Guide.text(this.cluster, this.options.with()));
			this.cluster.keepRunning();
			return true;
		}
		finally {
			close();
		}
	}

	private boolean check() throws InterruptedException {
		Report report = new Report(this.out);
		try {
			start();
			new Check(this.cluster).run(report);
		}
		catch (ClusterException ex) {
			close();
			report.begin("The cluster runs");
			report.failed(ex);
		}
		finally {
			close();
		}
		report.print();
		return report.isClean();
	}

	private void start() throws InterruptedException {
		this.out.printf("%nStarting a small cluster; the logs of its processes are in %s.%n%n", this.cluster.logs());
		this.cluster.start();
	}

	private void close() {
		if (this.endedByUser) {
			// The processes are ending because they were told to, and so is this one:
			// what it has to say is of no interest, and this waits for the end.
			System.exit(1);
		}
		this.cluster.close();
	}

	/**
	 * Called when the JVM is told to end, by Ctrl-C for example.
	 */
	private void end() {
		this.endedByUser = true;
		this.out.printf("%nEnding all processes.%n");
		this.cluster.close();
		Copies.delete(this.copies);
	}

}
