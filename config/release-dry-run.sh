#!/usr/bin/env bash
# Builds what a release publishes, twice, from two copies of this tree in different folders, and deploys it to a folder: as a release version,
# signed with a key of its own that ends with the run. Fails unless both builds have the same bytes and Maven Central's demands are met.
#
#   config/release-dry-run.sh [FOLDER]   # leaves the repository in FOLDER, else removes it
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gnupg" --kill all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
published=${1:-$work/published}
rm -rf "$published"
mkdir -p "$published"
published=$(cd "$published" && pwd)
fail() { echo "The dry run failed: $*" >&2; exit 1; }

version=$(sed -n 's|^\t<version>\(.*\)</version>|\1|p' pom.xml)
release=${version%-SNAPSHOT}
export GNUPGHOME=$work/gnupg
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-gen-key 'Dry run <dry-run@example.org>' rsa3072 sign 1d

# Copies what is committed or about to be, and nothing that was built; also where there is no repository, as in an archive of the sources.
files() { git ls-files -z --cached --others --exclude-standard 2>/dev/null || find . -name target -prune -o -type f -print0; }
copy() {
	mkdir -p "$1"
	files | tar -c --null -T - | tar -x -C "$1"
	find "$1" -name pom.xml -exec sed -i "s|$version|$release|" {} +
}
build() { # tree, repository, further arguments
	(cd "$1" && mvn -B -ntp -q -Prelease deploy -pl bom,autoconfigure,starter,test-support -am -Dmaven.test.skip=true \
		-Dmaven.install.skip=true -Dcheckstyle.skip -Dspring-javaformat.skip "-DaltDeploymentRepository=dry-run::file:$2" "${@:3}")
}
copy "$work/one"
build "$work/one" "$published"
copy "$work/another/folder"
TZ=Asia/Tokyo build "$work/another/folder" "$work/again" -Dgpg.skip

echo "The same bytes in both builds:"
count=0
while read -r file; do
	cmp "$published/$file" "$work/again/$file" || fail "$file has other bytes in another folder"
	count=$((count + 1))
done < <(cd "$work/again" && find . -name "*$release*" -type f | grep -Ev '\.(md5|sha1)$' | sort)
echo "  $count files"
[ "$count" -ge 16 ] || fail "files are missing"

modules=$(cd "$published/io/github/oauth2state" && echo *)
expected="oauth2-state-bom oauth2-state-spring-boot-autoconfigure oauth2-state-spring-boot-starter oauth2-state-spring-boot-test"
[ "$modules" = "$expected" ] || fail "published are $modules"
for module in $modules; do
	base=$published/io/github/oauth2state/$module/$release/$module-$release
	parts=(.pom)
	for element in name description url licenses developers scm; do
		grep -q "^  <$element>\|^  <$element " "$base.pom" || fail "$module says no $element"
	done
	grep -q "SNAPSHOT\|<parent>" "$base.pom" && fail "$module needs what is not published"
	if [ "$module" != oauth2-state-bom ]; then
		parts+=(.jar -sources.jar -javadoc.jar -cyclonedx.json)
		jar --describe-module --file "$base.jar" 2>&1 | grep "^io\.github\.oauth2state.*automatic$" || fail "$module is no automatic module"
		jar --list --file "$base.jar" | grep -qx "META-INF/sbom/$module.cdx.json" || fail "$module has no SBOM"
		jar --list --file "$base.jar" | grep -qx META-INF/LICENSE || fail "$module has no licence"
	fi
	for part in "${parts[@]}"; do
		gpg --quiet --verify "$base$part.asc" "$base$part" 2>/dev/null || fail "$module$part has no valid signature"
	done
done
echo "The dry run of $release passed in $SECONDS s"
