package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Chooses ports that nothing listens on.
 * <p>
 * It looks upwards from a preferred port and does not let the system choose: the system
 * hands out ports that outgoing connections use too, and one of these could take the port
 * of a process that is about to be restarted.
 * <p>
 * A port that was chosen is reserved: until its process listens, or while it is down, it
 * is free for everybody else, and another demo would choose it too. A reservation is a
 * lock on one byte of a file that all demos of a user share, which the system removes
 * when this process ends, however it ends.
 */
final class Ports {

	private static final int ATTEMPTS = 200;

	/** Never closed: that would remove the locks of all its users in this process. */
	private static final @Nullable FileChannel reservations = open();

	private final Set<Integer> chosen = new HashSet<>();

	private final List<FileLock> locks = new ArrayList<>();

	private static @Nullable FileChannel open() {
		try {
			Path file = Path.of(System.getProperty("java.io.tmpdir"),
					"oauth2-state-demo-" + System.getProperty("user.name") + ".ports");
			return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
		}
		catch (IOException ex) {
			// Without it, only demos that start at the same moment get in each other's
			// way.
			return null;
		}
	}

	/**
	 * Chooses a port.
	 * @param preferred the port to begin with
	 * @return the first free port from there on that was not chosen before
	 */
	int choose(int preferred) {
		for (int port = preferred; port < preferred + ATTEMPTS; port++) {
			if (!this.chosen.contains(port) && isFree(port) && reserve(port)) {
				this.chosen.add(port);
				return port;
			}
		}
		throw new ClusterException("No free port from " + preferred + " to " + (preferred + ATTEMPTS - 1));
	}

	private boolean reserve(int port) {
		if (reservations == null) {
			return true;
		}
		try {
			FileLock lock = reservations.tryLock(port, 1, false);
			if (lock != null) {
				this.locks.add(lock);
			}
			return lock != null;
		}
		catch (OverlappingFileLockException ex) {
			// Reserved by this process, for another cluster.
			return false;
		}
		catch (IOException ex) {
			return true;
		}
	}

	/**
	 * Leaves the chosen ports to others.
	 */
	void release() {
		for (FileLock lock : this.locks) {
			try {
				lock.release();
			}
			catch (IOException ex) {
				// The end of this process removes it.
			}
		}
		this.locks.clear();
	}

	/**
	 * Tells whether a port is free on every address of this machine: a browser may try
	 * any that "localhost" stands for.
	 * @param port the port
	 * @return whether a server could listen on it now
	 */
	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port)) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
