#!/usr/bin/env bash
# Makes an app as somebody does who only has the documentation: an empty Maven project with the BOM and the starter from a folder that
# config/release-dry-run.sh left, and an empty local repository. Starts it and begins a login. Then runs the tests of the Kotlin sample, copied
# and with the released version. Needs curl.
#
#   config/strangers-app.sh FOLDER
set -euo pipefail
published=$(cd "$1" && pwd)
samples=$(cd "$(dirname "$0")/../samples" && pwd)
version=$(ls "$published/io/github/oauth2state/oauth2-state-bom" | grep -v maven-metadata)
work=$(mktemp -d)
app=
trap '[ -z "$app" ] || kill "$app"; rm -rf "$work"' EXIT
cd "$work"

mkdir -p src/main/java/com/example src/main/resources
cat >pom.xml <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<parent>
		<groupId>org.springframework.boot</groupId>
		<artifactId>spring-boot-starter-parent</artifactId>
		<version>4.0.7</version>
		<relativePath />
	</parent>
	<groupId>com.example</groupId>
	<artifactId>app</artifactId>
	<version>1</version>
	<repositories>
		<repository>
			<id>dry-run</id>
			<url>file:$published</url>
		</repository>
	</repositories>
	<dependencyManagement>
		<dependencies>
			<dependency>
				<groupId>io.github.oauth2state</groupId>
				<artifactId>oauth2-state-bom</artifactId>
				<version>$version</version>
				<type>pom</type>
				<scope>import</scope>
			</dependency>
		</dependencies>
	</dependencyManagement>
	<dependencies>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-webmvc</artifactId>
		</dependency>
		<dependency>
			<groupId>io.github.oauth2state</groupId>
			<artifactId>oauth2-state-spring-boot-starter</artifactId>
		</dependency>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-jdbc</artifactId>
		</dependency>
		<dependency>
			<groupId>com.h2database</groupId>
			<artifactId>h2</artifactId>
		</dependency>
	</dependencies>
	<build>
		<plugins>
			<plugin>
				<groupId>org.springframework.boot</groupId>
				<artifactId>spring-boot-maven-plugin</artifactId>
			</plugin>
		</plugins>
	</build>
</project>
POM
cat >src/main/java/com/example/App.java <<'JAVA'
package com.example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class App {

	public static void main(String[] args) {
		SpringApplication.run(App.class, args);
	}

}
JAVA
cat >src/main/resources/application.yml <<'YAML'
server.port: 0
spring:
  application.name: app
  datasource.url: jdbc:h2:mem:app
  security.oauth2.client:
    registration.any:
      provider: any
      client-id: app
      client-secret: secret
      authorization-grant-type: authorization_code
      redirect-uri: "{baseUrl}/login/oauth2/code/{registrationId}"
    provider.any:
      authorization-uri: https://provider.example/authorize
      token-uri: https://provider.example/token
      user-info-uri: https://provider.example/user
      user-name-attribute: sub
oauth2-state:
  store: jdbc
YAML

SECONDS=0
mvn -B -ntp -q package "-Dmaven.repo.local=$work/repository"
echo "Downloaded and built in $SECONDS s"
SECONDS=0
for store in jdbc memory; do
	java -jar target/app-1.jar "--oauth2-state.store=$store" >"$store.log" 2>&1 &
	app=$!
	for _ in $(seq 120); do
		port=$(sed -n 's/.*Tomcat started on port \([0-9]*\).*/\1/p' "$store.log")
		[ -z "$port" ] || break
		kill -0 "$app" || { cat "$store.log" >&2; exit 1; }
		sleep 0.5
	done
	answer=$(curl -s -D - -o /dev/null "http://localhost:$port/oauth2/authorization/any")
	grep -q "^HTTP/1.1 302" <<<"$answer"
	grep -qi "^Location: https://provider.example/authorize?.*state=" <<<"$answer"
	grep -qi "^Set-Cookie: oauth2-state" <<<"$answer"
	grep -o "Pending logins are kept in [^ ]*.*" "$store.log"
	kill "$app"
	wait "$app" || true
	app=
done
echo "Both stores began a login, $SECONDS s"

SECONDS=0
cp -r "$samples/minimal-kotlin" kotlin
rm -rf kotlin/target
repository="<repositories><repository><id>dry-run</id><url>file:$published</url></repository></repositories>"
sed -i "s|>[^<]*-SNAPSHOT</version>|>$version</version>|; s|^\t<dependencies>|\t$repository\n&|" kotlin/pom.xml
(cd kotlin && mvn -B -ntp -q verify "-Dmaven.repo.local=$work/repository")
echo "The Kotlin sample passed its tests, $SECONDS s"
