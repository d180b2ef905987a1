#!/usr/bin/env bash
# Creates the topics of KAFKA_CREATE_TOPICS, "name:partitions:replicas[:cleanup.policy],...", once the broker
# and others enough for the replicas are there.
#
#   create_topics.sh SERVER_PROPERTIES
#
# Tries again every second for START_TIMEOUT seconds (600) in all. A topic that is there stays as it is.
set -euo pipefail

property() { sed -n "s/^$1=//p" "$2" | tail -n 1; }

# The listener that brokers use among themselves: what it advertises can be reached from here.
bootstrap() {
  local listeners name map
  listeners="$(property listeners "$1")"
  name="$(property inter.broker.listener.name "$1")"
  name="${name:-$(property security.inter.broker.protocol "$1")}"
  map="$(tr ',' '\n' <<< "$listeners" | grep -i "^ *${name:-PLAINTEXT}://" || true)"
  map="${map:-${listeners%%,*}}"
  local address="${map##*://}"
  case "$address" in
    0.0.0.0:* | :*) printf 'localhost:%s' "${address##*:}" ;;
    *) printf '%s' "$address" ;;
  esac
}

server="$(bootstrap "$1")"
deadline=$((SECONDS + ${START_TIMEOUT:-600}))
IFS="${KAFKA_CREATE_TOPICS_SEPARATOR:-,}" read -r -d '' -a topics <<< "$KAFKA_CREATE_TOPICS" || true
for topic in "${topics[@]}"; do
  topic="${topic//[[:space:]]/}"
  [ -n "$topic" ] || continue
  IFS=: read -r name partitions replicas policy <<< "$topic"
  command=(kafka-topics --bootstrap-server "$server" --create --if-not-exists --topic "$name"
    --partitions "${partitions:-1}" --replication-factor "${replicas:-1}")
  [ -z "$policy" ] || command+=(--config "cleanup.policy=$policy")
  until said="$("${command[@]}" 2>&1)"; do
    [ "$SECONDS" -lt "$deadline" ] || { printf 'ERROR topic %s: %s\n' "$name" "$said" >&2; exit 1; }
    sleep 1
  done
  printf 'INFO topic %s is there\n' "$name"
done
