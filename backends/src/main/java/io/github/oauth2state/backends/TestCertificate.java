package io.github.oauth2state.backends;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A key and a certificate for {@code localhost}, signed by itself and made for the
 * occasion.
 */
public final class TestCertificate {

	private static final String PASSWORD = "for tests";

	private final Path directory;

	private TestCertificate(Path directory) {
		this.directory = directory;
	}

	/**
	 * Makes a new one.
	 * @return the certificate, which nobody trusts yet
	 */
	public static TestCertificate create() {
		try {
			TestCertificate certificate = new TestCertificate(Files.createTempDirectory("certificate"));
			certificate.keytool("-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
					"san=dns:localhost,ip:127.0.0.1", "-validity", "2");
			certificate.keytool("-exportcert", "-alias", "server", "-rfc", "-file", certificate.pem());
			return certificate;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the file that a client needs to trust the certificate.
	 * @return its path
	 */
	public String pem() {
		return this.directory.resolve("certificate.pem").toString();
	}

	/**
	 * Returns what makes sockets that present the certificate.
	 * @return the factory
	 */
	public ServerSocketFactory sockets() {
		try (InputStream file = Files.newInputStream(keyStore())) {
			KeyStore keys = KeyStore.getInstance("PKCS12");
			keys.load(file, PASSWORD.toCharArray());
			KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			managers.init(keys, PASSWORD.toCharArray());
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(managers.getKeyManagers(), null, null);
			return context.getServerSocketFactory();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Path keyStore() {
		return this.directory.resolve("keys.p12");
	}

	private void keytool(String... arguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		command.addAll(List.of(arguments));
		command.addAll(List.of("-keystore", keyStore().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		try {
			if (process.waitFor() != 0) {
				throw new IllegalStateException(output);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
