#!/usr/bin/env bash
# Runs the broker of a container: makes server.properties of the environment and becomes the broker.
# As any user. Started as root it hands the data to `kafka` (uid 1000) and goes on as that.
set -euo pipefail

here="$(dirname "$(readlink -f "$0")")"
mounted() { grep -q " $1 " /proc/self/mountinfo; }

# Where the data are, unless the environment says so: each image has its own place for a volume.
data_directory() {
  if mounted /bitnami || mounted /bitnami/kafka; then
    echo /bitnami/kafka/data
  elif mounted /kafka; then
    echo "/kafka/kafka-logs-$HOSTNAME"
  else
    echo /var/lib/kafka/data
  fi
}

# A file of properties that was put into the container.
mounted_file() {
  local file
  for file in /mnt/shared/config /bitnami/kafka/config /opt/bitnami/kafka/config; do
    if [ -r "$file/server.properties" ]; then echo "$file/server.properties" && return; fi
  done
}

[ -z "${CUSTOM_INIT_SCRIPT:-}" ] || eval "$CUSTOM_INIT_SCRIPT"
for script in /docker-entrypoint-initdb.d/*.sh; do
  [ ! -f "$script" ] || bash "$script"
done

folder=/etc/kafka
[ -w "$folder" ] || folder=/tmp # the image's files may be read-only
properties="$folder/server.properties"
"$here/properties.sh" "$(data_directory)" "$(mounted_file)" > "$properties.new"
mv "$properties.new" "$properties"

as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(setpriv --reuid kafka --regid kafka --clear-groups)
IFS=, read -r -a directories <<< "$(sed -n 's/^log\.dirs\?=//p' "$properties" | tail -n 1)"
for directory in "${directories[@]}"; do
  mkdir -p "$directory" 2>/dev/null || true
  [ ${#as_user[@]} -eq 0 ] || find "$directory" ! -user kafka -exec chown -h kafka:kafka '{}' +
  "${as_user[@]}" test -w "$directory" || {
    echo "ERROR $directory cannot be written by uid $(id -u): change its owner, or run as another user" >&2
    exit 1
  }
done

if [ -n "${KAFKA_CREATE_TOPICS:-}" ]; then
  "${as_user[@]}" "$here/create_topics.sh" "$properties" &
fi
exec "${as_user[@]}" barnabas "$properties"
