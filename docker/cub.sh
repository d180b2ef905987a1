#!/usr/bin/env bash
# What health checks ask of Confluent's images:
#
#   cub kafka-ready -b HOST:PORT BROKERS SECONDS    waits until there are so many brokers
#   cub zk-ready HOST:PORT[,...] SECONDS            waits until a ZooKeeper can be reached
set -euo pipefail

usage() {
  sed -n '4,5s/^# *//p' "$0" >&2
  exit 1
}

brokers() {
  kafka-configs --bootstrap-server "$1" --describe --entity-type brokers 2>/dev/null |
    grep -c '^Dynamic configs for broker' || true
}

reachable() {
  local address
  for address in ${1//,/ }; do
    address="${address%%/*}"
    if nc -z -w 2 "${address%:*}" "${address##*:}"; then return; fi
  done
  return 1
}

enough() { [ "$(brokers "$1")" -ge "$2" ]; }

case "$#:${1:-}:${2:-}" in
  5:kafka-ready:-b) condition=(enough "$3" "$4") seconds="$5" ;;
  3:zk-ready:*) condition=(reachable "$2") seconds="$3" ;;
  *) usage ;;
esac
until "${condition[@]}"; do
  [ "$SECONDS" -lt "$seconds" ] || { echo "$1: not within $seconds seconds" >&2; exit 1; }
  sleep 1
done
