#!/usr/bin/env bash
# Lays out the broker's image: the programs, the libraries that they need, a shell and busybox.
#
#   rootfs.sh PROGRAMS FOLDER      PROGRAMS: where the build put them
set -euo pipefail

programs="$1"
root="$2"
here="$(dirname "$(readlink -f "$0")")"

# with_libraries PROGRAM: it and what the loader finds for it, at the same paths.
with_libraries() {
  local file
  for file in "$1" $(ldd "$1" | grep -o '/[^ ]*'); do
    [ -e "$root$file" ] || install -D -m 755 "$file" "$root$file"
  done
}

mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{proc,sys,dev,run,root,etc} "$root/opt/barnabas/bin"
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done

for program in /usr/bin/bash /usr/bin/busybox /usr/bin/setpriv /usr/bin/nc.openbsd; do with_libraries "$program"; done
ln -s nc.openbsd "$root/usr/bin/nc"
for applet in $(busybox --list); do
  [ -e "$root/usr/bin/$applet" ] || ln -s busybox "$root/usr/bin/$applet"
done

for program in barnabas barnabas-reaper barnabas-admin; do
  strip -o "/usr/bin/$program" "$programs/$program"
  with_libraries "/usr/bin/$program"
  mv "$root/usr/bin/$program" "$root/opt/barnabas/bin"
done
cp -P "$programs"/kafka-* "$programs"/zookeeper-shell* "$root/opt/barnabas/bin"
install -D -m 755 -t "$root/opt/barnabas/docker" "$here"/{run,properties,create_topics,cub}.sh

# The names by which other images' compose files call the same things.
link() { mkdir -p "$root$(dirname "$2")" && ln -s "$1" "$root$2"; }
link /opt/barnabas/docker/run.sh /usr/bin/kafka-run
link /opt/barnabas/docker/run.sh /usr/bin/start-kafka.sh
link /opt/barnabas/docker/run.sh /etc/confluent/docker/run
link /opt/barnabas/docker/run.sh /etc/kafka/docker/run
link /opt/barnabas/docker/run.sh /opt/bitnami/scripts/kafka/run.sh
link /opt/barnabas/docker/cub.sh /usr/bin/cub
link /opt/barnabas/bin /opt/kafka/bin
link /opt/barnabas/bin /opt/bitnami/kafka/bin

printf 'root:x:0:0:root:/root:/bin/bash\nkafka:x:1000:1000:kafka:/var/lib/kafka:/bin/bash\n' > "$root/etc/passwd"
printf 'root:x:0:\nkafka:x:1000:\n' > "$root/etc/group"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
cp -L /etc/os-release "$root/etc/os-release"
# A new volume takes owner and mode from here; whoever the container runs as writes to it.
mkdir -p "$root"/{tmp,var/lib/kafka/data,bitnami/kafka,kafka,docker-entrypoint-initdb.d}
chmod 1777 "$root/tmp"
chmod 777 "$root"/{etc/kafka,var/lib/kafka,var/lib/kafka/data,bitnami/kafka,kafka}
