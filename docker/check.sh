#!/usr/bin/env bash
# Brings a cluster up, logs in through its balancer, kills an instance, one of the provider's and the store's server in
# between, and takes it down again. Needs what "mvn -Pdemo package -Dexec.skip" builds.
#   docker/check.sh redis|jdbc|hardened|gateway
# COMPOSE is the command (default "docker compose"), LEFT_OUT are services that shall not be started.
set -euo pipefail
cd "$(dirname "$0")/.."

variant=${1:-redis}
base=http://localhost:8080
files=(-f docker/compose.yaml)
profile=$variant
suffix=''
case $variant in
	redis) ;;
	jdbc) suffix=-jdbc ;;
	gateway) profile=redis files+=(-f docker/compose.gateway.yaml) ;;
	hardened) profile=redis base=https://localhost:8443 files+=(-f docker/compose.hardened.yaml) ;;
	*) echo "redis, jdbc, hardened or gateway, not \"$variant\"" >&2; exit 2 ;;
esac
read -ra command <<<"${COMPOSE:-docker compose}"

compose() { "${command[@]}" --project-name oauth2-state-check "${files[@]}" --profile "$profile" "$@"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

work=$(mktemp -d)
finish() {
	local status=$?
	((status == 0)) || compose logs --tail 30 >&2 || true
	compose down -v >"$work/down" 2>&1 || cat "$work/down" >&2
	rm -rf "$work"
	exit "$status"
}
trap finish EXIT

running() { docker ps -q --filter label=com.docker.compose.project=oauth2-state-check "$@" | wc -l; }
await_healthy() {
	for ((i = 0; i < 300; i++)); do
		[ "$(running)" != "$(running --filter health=healthy)" ] || return 0
		sleep 1
	done
	docker ps --filter label=com.docker.compose.project=oauth2-state-check >&2
	fail "not everything is healthy"
}

# A browser. Bodies go to standard output, heads to a file.
browse() {
	curl -sS --max-time 60 --cacert "$work/ca.pem" -H 'Accept: text/html, */*;q=0.8' -b "$work/jar" -c "$work/jar" -D "$work/head" "$@"
}
header() { tr -d '\r' <"$work/head" | awk -v name="$1:" 'tolower($1) == name { print $2; exit }'; }

# On a machine that is busy the first call of the store may time out, and logins then take the path of an outage for some
# seconds. Each of these begins is another browser's; four in a row are two on each instance.
await_shared_path() {
	local in_a_row=0
	for ((i = 0; i < 90 && in_a_row < 4; i++)); do
		if curl -sS --max-time 60 --cacert "$work/ca.pem" -o /dev/null -D - "$base/oauth2/authorization/demo" |
			grep -qi '^set-cookie: [^=]*oauth2-state-'; then
			in_a_row=$((in_a_row + 1))
		else
			in_a_row=0
			sleep 1
		fi
	done
	((in_a_row == 4)) || fail "logins do not take the shared path"
}

login() { # WHAT-TO-DO-IN-BETWEEN: leaves in $me what the app says of the login
	local csrf
	rm -f "$work/jar"
	browse -o /dev/null "$base/oauth2/authorization/demo"
	begun_on=$(header x-instance)
	browse -o /dev/null "$(header location)"
	csrf=$(browse "$(header location)" | sed -n 's/.*name="_csrf"[^>]*value="\([^"]*\)".*/\1/p')
	"$@"
	browse -o /dev/null -d username=alice -d password=password --data-urlencode "_csrf=$csrf" http://idp.localhost:9000/login
	browse -o /dev/null "$(header location)"
	browse -o /dev/null "$(header location)"
	me=$(browse "$base/me")
	[[ $me == *'"user":"alice"'* && $me == *"\"begunOn\":\"$begun_on\""* ]] || fail "begun on $begun_on, and then: $me"
	echo "  $me"
}

kill_the_one_it_began_on() { compose kill "$begun_on$suffix" >/dev/null 2>&1; }
kill_a_provider() { compose kill idp-1 >/dev/null 2>&1; }
kill_redis() { compose kill redis >/dev/null 2>&1; compose start redis >/dev/null 2>&1; await_healthy; await_shared_path; }

services=$(compose config --services | grep -vxE "${LEFT_OUT:-none}")
# 1.29 tells those of other profiles too
case $variant in
	jdbc) services=$(grep -vE '^(app-[0-9]|app-3-jdbc|redis)$' <<<"$services") ;;
	redis | gateway) services=$(grep -vE '^(app-3|.*-jdbc|postgres)$' <<<"$services") ;;
	hardened) services=$(grep -vE '^(app-3|.*-jdbc)$' <<<"$services") ;;
esac
echo "$variant: $(tr '\n' ' ' <<<"$services")"
# shellcheck disable=SC2086  # words, on purpose
compose up -d --build $services >"$work/up" 2>&1 || { cat "$work/up" >&2; fail "up"; }
await_healthy
echo "  all healthy after $SECONDS s"
confinement='{{.Name}} {{or .Config.User "root"}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}'
confinement+=' {{.HostConfig.SecurityOpt}} {{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}'
open=$(docker ps -q --filter label=com.docker.compose.project=oauth2-state-check | xargs docker inspect --format "$confinement" |
	awk '$2 ~ /^(root|0)(:|$)/ || $3 != "true" || $4 != "[ALL]" || $5 != "[no-new-privileges:true]" || $6 !~ /^[1-9]/ || $7 !~ /^[1-9]/')
[ -z "$open" ] || fail "not confined: $open"
: >"$work/ca.pem"
if [ "$variant" = hardened ]; then compose exec -T haproxy cat /run/haproxy/ca.pem >"$work/ca.pem"; fi

await_shared_path
for ((i = 0; i < 4; i++)); do login true; done
[[ $me == *'"path":"shared"'* ]] || fail "the login did not take the shared path: $me"
[ "$(browse -o /dev/null -w '%{http_code}' "$base/actuator/prometheus")" = 404 ] || fail "the Actuator is open"

if [ "$variant" = gateway ]; then
	token=$(browse "$base/api/token-info")
	[[ $token == *'"access":"'* && $token == *'"instance":"app-'* ]] || fail "the gateway does not relay the token: $token"
	echo "  $token"
fi

echo "two browsers are logged in, and one logs out everywhere:"
cp "$work/jar" "$work/other"
login true
csrf=$(browse "$base/" | sed -n 's/.*name="_csrf"[^>]*value="\([^"]*\)".*/\1/p' | head -n 1)
browse -o /dev/null -d everywhere=true --data-urlencode "_csrf=$csrf" "$base/logout"
browse -o /dev/null "$(header location)"
[[ $(header location) == "$base/logouts" ]] || fail "the provider leads to: $(header location)"
cp "$work/other" "$work/jar"
for ((i = 0; i < 2; i++)); do
	[ "$(browse -o /dev/null -w '%{http_code}' "$base/me")" = 302 ] || fail "the other browser is still logged in"
done
# A login within the second of a logout would end too
sleep 1

echo "an instance is killed:"
login kill_the_one_it_began_on
[[ $me != *"\"finishedOn\":\"$begun_on\""* ]] || fail "$begun_on was killed"
compose start "$begun_on$suffix" >/dev/null 2>&1
await_healthy
await_shared_path

echo "an instance of the provider is killed:"
login kill_a_provider
compose start idp-1 >/dev/null 2>&1
await_healthy

if [ "$variant" = hardened ]; then
	echo "Redis is killed and started again:"
	login kill_redis
	[[ $me == *'"path":"shared"'* ]] || fail "the login did not take the shared path: $me"
	# shellcheck disable=SC2016  # for the shell in the container
	answers=$(compose exec -T redis sh -c '
		cli="redis-cli --tls --cacert /run/redis/ca.pem --no-auth-warning"
		$cli ping; $cli --user health --pass none get oauth2-state:x; redis-cli ping' 2>&1 || true)
	[[ $answers != *PONG* && $answers == *NOAUTH* && $answers == *NOPERM* ]] || fail "Redis answers anyone: $answers"
	# shellcheck disable=SC2016
	answers=$(compose exec -T postgres sh -c '
		export PGPASSWORD=$(cat /run/postgres/password)
		psql -Atc "select 123456 + 654321" "host=postgres user=app dbname=app sslmode=disable"
		psql -Atc "select usename, ssl, count(*) from pg_stat_ssl join pg_stat_activity using (pid)
			where client_addr <> inet_server_addr() group by 1, 2" \
			"host=postgres user=app dbname=app sslmode=verify-full sslrootcert=/run/postgres/ca.pem"' 2>&1 || true)
	[[ $answers == *"no encryption"* && $answers == *"app|t|"* && $answers != *"|f|"* && $answers != *777777* ]] ||
		fail "PostgreSQL answers without TLS: $answers"
fi
echo "$variant: ok after $SECONDS s"
