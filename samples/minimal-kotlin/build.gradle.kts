plugins {
	kotlin("jvm") version "2.2.21"
	kotlin("plugin.spring") version "2.2.21"
	id("org.springframework.boot") version "4.0.7"
	id("io.spring.dependency-management") version "1.1.7"
}

group = "com.example"
version = "0.0.1-SNAPSHOT"

repositories {
	mavenLocal() // until the starter is released
	mavenCentral()
}

dependencies {
	implementation("org.springframework.boot:spring-boot-starter-webmvc")
	// Shares logins that are under way. Brings Spring Security's OAuth2 client.
	implementation("io.github.oauth2state:oauth2-state-spring-boot-starter:0.1.0-SNAPSHOT")
	// Shares signed-in users. With a sticky balancer, put spring-boot-starter-data-redis in its place.
	implementation("org.springframework.boot:spring-boot-starter-session-data-redis")
	implementation("org.jetbrains.kotlin:kotlin-reflect")

	testImplementation("org.springframework.boot:spring-boot-starter-webmvc-test")
	testImplementation("org.springframework.boot:spring-boot-starter-security-oauth2-client-test")
	testImplementation("com.github.codemonstur:embedded-redis:1.4.4")
	testRuntimeOnly("org.junit.platform:junit-platform-launcher")
}

tasks.withType<Test> {
	useJUnitPlatform()
}
