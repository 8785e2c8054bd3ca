package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.oauth2state.demo.store.StoreServer;

import static org.assertj.core.api.Assertions.assertThat;

class CopiesTests {

	@TempDir
	private Path target;

	private Copies copies;

	@BeforeEach
	void copy() throws IOException {
		this.copies = Copies.make();
	}

	@AfterEach
	void delete() {
		Copies.delete(this.copies.directory());
	}

	@Test
	void survivesACleanBuild() throws IOException {
		Path jar = Files.writeString(this.target.resolve("app.jar"), "app");
		Path copy = this.copies.add(jar);
		Files.delete(jar);
		assertThat(copy).hasFileName("app.jar").hasContent("app");
	}

	@Test
	void filesOfOneNameDoNotReplaceEachOther() throws IOException {
		Path one = this.copies
			.add(Files.writeString(Files.createDirectory(this.target.resolve("1")).resolve("a"), "1"));
		Path two = this.copies
			.add(Files.writeString(Files.createDirectory(this.target.resolve("2")).resolve("a"), "2"));
		assertThat(one).hasContent("1");
		assertThat(two).hasContent("2");
	}

	@Test
	void whatIsNotThereStaysNotThere() throws IOException {
		Path missing = this.target.resolve("missing.jar");
		assertThat(this.copies.add(missing)).isEqualTo(missing);
	}

	@Test
	void classesAreLoadedFromTheCopies() throws Exception {
		Class<?> copied = this.copies.classes().loadClass(Copies.class.getName());
		assertThat(copied).isNotSameAs(Copies.class);
		assertThat(copied.getProtectionDomain().getCodeSource().getLocation().getPath())
			.startsWith(this.copies.directory().toString());
	}

	@Test
	@SuppressWarnings("unchecked")
	void processesAreStartedFromTheCopies() throws Exception {
		Class<?> jvm = this.copies.classes().loadClass(Jvm.class.getName());
		Method main = jvm.getDeclaredMethod("main", Class.class, List.class);
		main.setAccessible(true);
		List<String> command = (List<String>) main.invoke(null, StoreServer.class, List.of("nonsense"));
		assertThat(String.join(" ", command)).contains(this.copies.directory().toString())
			.doesNotContain(Path.of("target").toAbsolutePath().toString());
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).contains("nonsense");
		assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
	}

	@Test
	void jarsOfOtherModulesAreCopied() {
		assertThat(Copies.isBuilt(Path.of("starter", "target", "starter.jar"))).isTrue();
		assertThat(Copies.isBuilt(Path.of("target", "classes").toAbsolutePath())).isTrue();
		assertThat(Copies.isBuilt(Path.of("repository", "h2", "h2.jar"))).isFalse();
		assertThat(Copies.isBuilt(Path.of("h2.jar"))).isFalse();
	}

	@Test
	void nothingIsLeftInTheEnd() {
		assertThat(this.copies.directory()).isNotEmptyDirectory();
		Copies.delete(this.copies.directory());
		assertThat(this.copies.directory()).doesNotExist();
		Copies.delete(this.copies.directory());
	}

}
