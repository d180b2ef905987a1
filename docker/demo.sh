#!/usr/bin/env bash
# docker-compose.yml, tried: up, produce from the host and from a container, describe, kill, start, stop,
# down. Needs an engine and docker-compose 1.29 or later; prints each command; what is wrong ends it.
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

results="$(mktemp)"
trap '"${compose[@]}" down -v > /dev/null 2>&1; rm -f "$results"' EXIT

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

run "${compose[@]}" down -v
say "The compose file held."
