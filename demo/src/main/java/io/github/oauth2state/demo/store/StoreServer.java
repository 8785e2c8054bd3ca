package io.github.oauth2state.demo.store;

import java.sql.SQLException;

import org.h2.tools.Server;

/**
 * An H2 database server. It keeps its databases in memory, so that nothing is left behind
 * when it ends.
 */
public final class StoreServer {

	private StoreServer() {
	}

	/**
	 * Starts the server; it runs until its process ends.
	 * @param args the port
	 * @throws SQLException if the server cannot be started
	 */
	public static void main(String[] args) throws SQLException {
		System.setProperty("h2.bindAddress", "127.0.0.1");
		Server.createTcpServer("-tcpPort", args[0], "-ifNotExists").start();
	}

	/**
	 * Returns where clients find a database, which the first of them creates.
	 * @param port the port of the server
	 * @param database the name of the database
	 * @return a JDBC URL
	 */
	public static String url(int port, String database) {
		return "jdbc:h2:tcp://localhost:" + port + "/mem:" + database + ";DB_CLOSE_DELAY=-1";
	}

}
