#!/usr/bin/env bash
# docker-compose.yml, tried: up, produce from the host and from a container, describe, kill, start, stop,
# down; and the image as the files for other images start it. Needs an engine and docker-compose 1.29 or later; prints each command; what is wrong ends it.
#
# It has a project of its own, whose volumes go with it, and the host ports of the file, 9092 to 9094.
set -euo pipefail
cd "$(dirname "$0")/.."

export COMPOSE_PROJECT_NAME=barnabas-demo
if docker compose version > /dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
host_brokers=localhost:9092,localhost:9093,localhost:9094
brokers=kafka-1:29092,kafka-2:29092,kafka-3:29092

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
run() { printf '$ %s\n' "$*" >&2; "$@"; }
now() { date +%s%3N; }

# A container that is no broker, on the host's network and on the brokers' own.
on_host=(docker run --rm -i --network host barnabas)
in_container=(docker run --rm -i --network barnabas-demo_default barnabas)
described() { "${in_container[@]}" kafka-topics --bootstrap-server "$brokers" --describe --topic demo; }
leaders() { described | sed -n 's/.*Leader: \([^ \t]*\).*/\1/p'; }
replicas_in_sync() { described | grep -cE 'Isr: [0-9]+,[0-9]+,[0-9]+' || true; }
whole() { [ "$(replicas_in_sync)" -eq 3 ]; }
leads_nothing() { local all; all="$(leaders)" && ! grep -qE "^($1|none)$" <<< "$all"; }

# within SECONDS WHAT CONDITION...: until it holds; tells how long that took.
within() {
  local seconds="$1" what="$2" began
  shift 2
  began="$(now)"
  until "$@"; do
    [ $(($(now) - began)) -le $((seconds * 1000)) ] || fail "not within $seconds s: $what"
  done
  echo "$what: after $(($(now) - began)) ms"
}

produced=0
produce() { # produce on_host|in_container BROKERS
  local -n where="$1"
  local from=$((produced + 1))
  produced=$((produced + 100))
  say "records $from to $produced, produced $1"
  seq "$from" "$produced" | run "${where[@]}" kafka-console-producer --bootstrap-server "$2" --topic demo \
    --producer-property acks=all
}

consume() { # consume on_host|in_container BROKERS: everything, and nothing twice
  local -n where="$1"
  say "consumed $1"
  run "${where[@]}" kafka-console-consumer --bootstrap-server "$2" --topic demo --from-beginning \
    --max-messages "$produced" --timeout-ms 30000 > "$results"
  sed -n '/^[0-9]*$/p' "$results" | sort -n | diff -q - <(seq "$produced") || fail "records are missing"
  echo "$produced records, each once"
}

# beside NAME UID COMMAND VARIABLE=VALUE...: a broker with a cluster of its own, in the same network.
beside() {
  local name="$1" uid="$2" command="$3"
  shift 3
  run docker run -d --name "barnabas-demo-$name" --network barnabas-demo_default --network-alias "$name" \
    --user "$uid" --env "KAFKA_ZOOKEEPER_CONNECT=zookeeper:2181/$name" "${@/#/--env=}" barnabas "$command"
}
has_topics() { # has_topics BROKER TOPIC...: these and no other
  local broker="$1" listed
  shift
  listed="$("${in_container[@]}" kafka-topics --bootstrap-server "$broker" --list 2> /dev/null)" &&
    [ "$listed" = "$(printf '%s\n' "$@")" ]
}

results="$(mktemp)"
others=(confluent bitnami wurstmeister)
trap 'docker rm -f -v "${others[@]/#/barnabas-demo-}" > /dev/null 2>&1; "${compose[@]}" down -v > /dev/null 2>&1
  rm -f "$results"' EXIT

say "ZooKeeper and three brokers"
run "${compose[@]}" up -d --build
run "${compose[@]}" exec -T kafka-1 cub kafka-ready -b localhost:29092 3 60
run "${in_container[@]}" kafka-topics --bootstrap-server "$brokers" --create --topic demo \
  --partitions 3 --replication-factor 3

produce on_host "$host_brokers"
produce in_container "$brokers"
consume on_host "$host_brokers"
say "described"
described

say "a broker is killed, its reaper with it"
victim="$(leaders | head -n 1)"
run "${compose[@]}" kill "kafka-$victim"
within 3 "new leaders for what broker $victim led" leads_nothing "$victim"
produce on_host "$host_brokers"
consume in_container "$brokers"
run "${compose[@]}" start "kafka-$victim"
within 30 "broker $victim is back in every ISR" whole

say "killed and started again before its session has gone"
run "${compose[@]}" kill "kafka-$victim"
run "${compose[@]}" start "kafka-$victim"
within 30 "broker $victim is back in every ISR" whole

say "a broker is stopped in order"
victim="$(leaders | head -n 1)"
run "${compose[@]}" stop "kafka-$victim"
within 3 "new leaders for what broker $victim led" leads_nothing "$victim"
produce in_container "$brokers"
run "${compose[@]}" start "kafka-$victim"
within 30 "broker $victim is back in every ISR" whole
consume on_host "$host_brokers"

say "the variables and commands of Confluent, Bitnami and Wurstmeister; as root and as anybody"
beside confluent 54321 /etc/confluent/docker/run KAFKA_BROKER_ID=1 \
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT \
  KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://confluent:29092,PLAINTEXT_HOST://localhost:9192
beside bitnami 1001 /opt/bitnami/scripts/kafka/run.sh ALLOW_PLAINTEXT_LISTENER=yes \
  KAFKA_CFG_LISTENERS=CLIENT://:9092,EXTERNAL://:9093 \
  KAFKA_CFG_ADVERTISED_LISTENERS=CLIENT://bitnami:9092,EXTERNAL://localhost:9193 \
  KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP=CLIENT:PLAINTEXT,EXTERNAL:PLAINTEXT \
  KAFKA_CFG_INTER_BROKER_LISTENER_NAME=CLIENT
beside wurstmeister 0 start-kafka.sh KAFKA_ADVERTISED_HOST_NAME=wurstmeister \
  KAFKA_CREATE_TOPICS=Topic1:1:1,Topic2:1:1:compact
within 30 "topics that its variables ask for" has_topics wurstmeister:9092 Topic1 Topic2
for broker in confluent:29092 bitnami:9092; do
  "${in_container[@]}" kafka-topics --bootstrap-server "$broker" --create --topic here
  within 30 "$broker serves" has_topics "$broker" here
done
run docker rm -f -v "${others[@]/#/barnabas-demo-}"

run "${compose[@]}" down -v
say "The compose file held."
