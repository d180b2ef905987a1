#!/usr/bin/env bash
# The environment of a container as a broker's properties, on standard output.
#
#   properties.sh DATA_DIRECTORY [FILE]     FILE: properties that the environment adds to and overrides
#
# Takes what people know from the images of Apache Kafka, Confluent, Bitnami and Wurstmeister: README.md.
# Exit code 1, and why on standard error, when no broker can be started with it.
set -euo pipefail

data_directory="$1"
file="${2:-}"
declare -A properties
for_java=()
elsewhere=()

fail() {
  printf 'ERROR %s\n' "$*" >&2
  exit 1
}

# Sorts out what is not a property of the broker.
set_aside() {
  case "$1" in
    KAFKA_HEAP_OPTS | KAFKA_JVM_PERFORMANCE_OPTS | KAFKA_GC_LOG_OPTS | KAFKA_JMX_* | JMX_PORT | \
      KAFKA_LOG4J_* | KAFKA_TOOLS_LOG4J_* | LOG4J_* | CONFLUENT_* | KAFKA_CONFLUENT_* | KAFKA_CFG_CONFLUENT_*)
      for_java+=("$1") ;;
    # Users, passwords and keys of Bitnami's image, in files that it writes for Java.
    KAFKA_CLIENT_* | KAFKA_INTER_BROKER_USER | KAFKA_INTER_BROKER_PASSWORD | KAFKA_CONTROLLER_USER | \
      KAFKA_CONTROLLER_PASSWORD | KAFKA_TLS_* | KAFKA_CERTIFICATE_PASSWORD | KAFKA_ZOOKEEPER_USER | \
      KAFKA_ZOOKEEPER_PASSWORD | KAFKA_ZOOKEEPER_TLS_*)
      elsewhere+=("$1") ;;
    # Read below, by run.sh or by the broker; of the images themselves; of a Kubernetes service that is
    # called kafka.
    KAFKA_OPTS | KAFKA_ZOOKEEPER_PROTOCOL | KAFKA_ADVERTISED_HOST_NAME | KAFKA_ADVERTISED_PORT | KAFKA_HOST_NAME | KAFKA_CREATE_TOPICS | \
      KAFKA_CREATE_TOPICS_SEPARATOR | KAFKA_ENABLE_KRAFT | KAFKA_VERSION | KAFKA_HOME | KAFKA_DEBUG | \
      KAFKA_PORT | KAFKA_PORT_* | KAFKA_SERVICE_*) ;;
    KAFKA_?*) return 1 ;;
    *) ;;
  esac
}

# KAFKA_X_Y, or KAFKA_CFG_X_Y, is x.y; two underscores are one, three are a hyphen.
key_of() {
  local key="${1#KAFKA_}"
  key="${key#CFG_}"
  key="${key,,}"
  key="${key//___/-}"
  key="${key//__/%}"
  key="${key//_/.}"
  printf '%s' "${key//%/_}"
}

output_of() { if [ -n "${1:-}" ]; then eval "$1"; fi; }

has() { [[ -v "properties[$1]" ]] || { [ -n "$file" ] && grep -q "^[[:space:]]*$1[[:space:]]*[=:]" "$file"; }; }

add() { has "$1" || [ -z "$2" ] || properties["$1"]="$2"; }

hostname="$(output_of "${HOSTNAME_COMMAND:-}")"
port="$(output_of "${PORT_COMMAND:-}")"

# KAFKA_CFG_X is the more particular of two names for one key: it comes second.
for name in $(compgen -e | grep -v '^KAFKA_CFG_') $(compgen -e | grep '^KAFKA_CFG_'); do
  set_aside "$name" && continue
  value="${!name}"
  value="${value//_\{HOSTNAME_COMMAND\}/"$hostname"}"
  value="${value//_\{PORT_COMMAND\}/"$port"}"
  properties["$(key_of "$name")"]="${value//$'\n'/\\n}"
done

if has process.roles || [[ "${KAFKA_ENABLE_KRAFT:-no}" =~ ^(yes|true|1)$ ]]; then
  fail "KAFKA_PROCESS_ROLES and KAFKA_ENABLE_KRAFT are for KRaft; this is Kafka with ZooKeeper"
fi
[[ "${KAFKA_ZOOKEEPER_PROTOCOL:-PLAINTEXT}" == PLAINTEXT ]] ||
  fail "KAFKA_ZOOKEEPER_PROTOCOL=$KAFKA_ZOOKEEPER_PROTOCOL: ZooKeeper is spoken to by PLAINTEXT only;" \
    "KAFKA_CFG_BARNABAS_ZOOKEEPER_DIGEST_AUTH=user:password is for a ZooKeeper that wants to know who asks"
has zookeeper.connect || fail "KAFKA_ZOOKEEPER_CONNECT (or KAFKA_CFG_ZOOKEEPER_CONNECT) is required"

if ! has broker.id && has node.id; then add broker.id "${properties[node.id]:-}"; fi
unset 'properties[node.id]'
add broker.id "$(output_of "${BROKER_ID_COMMAND:-}")"
add broker.rack "$(output_of "${RACK_COMMAND:-}")"

if has advertised.listeners; then
  has listeners || # the ports that are told, on every address
    add listeners "$(sed -E 's#://[^,]*:([0-9]+)#://0.0.0.0:\1#g' <<< "${properties[advertised.listeners]:-}")"
elif ! has listeners; then
  host="${KAFKA_ADVERTISED_HOST_NAME:-$hostname}"
  listen_port="${KAFKA_PORT:-9092}"
  [[ "$listen_port" =~ ^[0-9]+$ ]] || listen_port=9092 # Kubernetes says tcp://...
  add listeners "PLAINTEXT://${KAFKA_HOST_NAME:-0.0.0.0}:$listen_port"
  [ -z "$host" ] || add advertised.listeners "PLAINTEXT://$host:${KAFKA_ADVERTISED_PORT:-${port:-$listen_port}}"
fi
has log.dir || add log.dirs "$data_directory"

[ ${#for_java[@]} -eq 0 ] || printf 'INFO ignored, there is no Java here: %s\n' "${for_java[*]}" >&2
[ ${#elsewhere[@]} -eq 0 ] || printf 'WARN ignored, this image has PLAINTEXT only: %s\n' "${elsewhere[*]}" >&2
[ -z "$file" ] || { cat "$file" && echo; }
for key in "${!properties[@]}"; do printf '%s=%s\n' "$key" "${properties[$key]}"; done | sort
