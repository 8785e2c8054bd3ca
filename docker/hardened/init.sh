#!/bin/sh
# Makes certificates and passwords, each into the volume of those who need it. What is there stays, so that starting
# again changes nothing; a certificate that is about to expire is made anew, with all others.
set -eu
umask 022

password() { # FILE: random, made once
	[ -s "$1" ] || openssl rand -hex 32 | tr -d '\n' >"$1"
}

certificate() { # NAME FOLDER SUBJECT-ALTERNATIVE-NAMES: signed by the authority of this run
	openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$2/$1.key" -out "/tmp/$1.csr" 2>/dev/null
	printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$3" >"/tmp/$1.ext"
	openssl x509 -req -in "/tmp/$1.csr" -CA /tmp/ca.pem -CAkey /tmp/ca.key -CAcreateserial -days 90 \
		-extfile "/tmp/$1.ext" -out "$2/$1.pem" 2>/dev/null
	# Each volume is mounted by one kind of container only, whose user differs from image to image.
	chmod 444 "$2/$1.key"
}

hash() { # FILE: as Redis keeps passwords
	openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
}

mkdir -p /out/app/config
password /out/app/config/spring.data.redis.password
password /out/app/config/spring.datasource.password
cp /out/app/config/spring.datasource.password /out/postgres/password
password /out/redis/replica.password
[ -e /out/app/config/oauth2-state.tokens.keys ] ||
	printf 'k1:%s' "$(openssl rand -base64 32)" >/out/app/config/oauth2-state.tokens.keys

# The app may do what docs/configuration.md lists, on its own keys. The replica may replicate. Health checks may ask
# whether Redis is there and what it is. Nobody else may do anything.
cat >/out/redis/users.acl <<ACL
user default off
user app on #$(hash /out/app/config/spring.data.redis.password) ~oauth2-state:* +set +get +getrange +getdel +eval +del +ping +time +hget +hset +hdel +hgetall +hrandfield +pttl +pexpire
user replica on #$(hash /out/redis/replica.password) +psync +replconf +ping
user health on nopass +ping +role
ACL
printf 'masteruser replica\nmasterauth %s\n' "$(cat /out/redis/replica.password)" >/out/redis/replication.conf

if ! openssl x509 -checkend 604800 -noout -in /out/haproxy/server.pem >/dev/null 2>&1 || ! [ -s /out/postgres/postgres.pem ]; then
	# The authority's key lives in memory until this container ends: nobody can sign with it later.
	openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj '/CN=OAuth2 State, demo' \
		-keyout /tmp/ca.key -out /tmp/ca.pem 2>/dev/null
	certificate redis /out/redis DNS:redis,DNS:redis-replica,DNS:localhost
	certificate postgres /out/postgres DNS:postgres,DNS:localhost
	certificate localhost /tmp DNS:localhost,IP:127.0.0.1
	cp /tmp/ca.pem /out/app/ca.pem
	cp /tmp/ca.pem /out/redis/ca.pem
	cp /tmp/ca.pem /out/postgres/ca.pem
	cp /tmp/ca.pem /out/haproxy/ca.pem
	cat /tmp/localhost.pem /tmp/localhost.key >/out/haproxy/server.pem
fi
